namespace AniVaultLab {
  using System;
  using System.Runtime.InteropServices;
  using System.Text;

  // Layouts of the Windows SDK for 64 bits; a test compares their sizes.
  [StructLayout(LayoutKind.Sequential)]
  public struct StartupInformation {
    public int Size;
    public IntPtr Reserved;
    public IntPtr Desktop;
    public IntPtr Title;
    public uint X;
    public uint Y;
    public uint Width;
    public uint Height;
    public uint Columns;
    public uint Rows;
    public uint Fill;
    public uint Flags;
    public ushort ShowWindow;
    public ushort Reserved2Bytes;
    public IntPtr Reserved2;
    public IntPtr Input;
    public IntPtr Output;
    public IntPtr Errors;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct ExtendedStartupInformation {
    public StartupInformation Startup;
    public IntPtr Attributes;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct ProcessInformation {
    public IntPtr Process;
    public IntPtr Thread;
    public uint ProcessId;
    public uint ThreadId;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct BasicLimitInformation {
    public long PerProcessUserTimeLimit;
    public long PerJobUserTimeLimit;
    public uint LimitFlags;
    public IntPtr MinimumWorkingSetSize;
    public IntPtr MaximumWorkingSetSize;
    public uint ActiveProcessLimit;
    public IntPtr Affinity;
    public uint PriorityClass;
    public uint SchedulingClass;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct IoCounters {
    public ulong ReadOperations;
    public ulong WriteOperations;
    public ulong OtherOperations;
    public ulong ReadBytes;
    public ulong WriteBytes;
    public ulong OtherBytes;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct ExtendedLimitInformation {
    public BasicLimitInformation Basic;
    public IoCounters Io;
    public IntPtr ProcessMemoryLimit;
    public IntPtr JobMemoryLimit;
    public IntPtr PeakProcessMemoryUsed;
    public IntPtr PeakJobMemoryUsed;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct MemoryCounters {
    public uint Size;
    public uint PageFaults;
    public IntPtr PeakWorkingSetSize;
    public IntPtr WorkingSetSize;
    public IntPtr PeakPagedPool;
    public IntPtr PagedPool;
    public IntPtr PeakNonPagedPool;
    public IntPtr NonPagedPool;
    public IntPtr PagefileUsage;
    public IntPtr PeakPagefileUsage;
  }

  static class Native {
    const string Kernel = "kernel32.dll";

    [DllImport(Kernel, EntryPoint = "CreateJobObjectW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    public static extern IntPtr CreateJobObject(IntPtr security, string name);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool SetInformationJobObject(IntPtr job, int kind, ref ExtendedLimitInformation limits, int size);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool AssignProcessToJobObject(IntPtr job, IntPtr process);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool TerminateJobObject(IntPtr job, uint exitCode);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool InitializeProcThreadAttributeList(IntPtr list, int count, int flags, ref IntPtr size);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool UpdateProcThreadAttribute(IntPtr list, uint flags, IntPtr attribute, IntPtr value, IntPtr size, IntPtr previous, IntPtr returnSize);

    [DllImport(Kernel, ExactSpelling = true)]
    public static extern void DeleteProcThreadAttributeList(IntPtr list);

    [DllImport(Kernel, EntryPoint = "CreateProcessW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool CreateProcess(string executable, StringBuilder line, IntPtr processSecurity, IntPtr threadSecurity, [MarshalAs(UnmanagedType.Bool)] bool inheritHandles, uint flags, IntPtr environment, string folder, ref ExtendedStartupInformation startup, out ProcessInformation started);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    public static extern uint ResumeThread(IntPtr thread);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool TerminateProcess(IntPtr process, uint exitCode);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    public static extern uint WaitForSingleObject(IntPtr handle, uint milliseconds);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool GetExitCodeProcess(IntPtr process, out uint exitCode);

    [DllImport(Kernel, SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool CloseHandle(IntPtr handle);

    [DllImport(Kernel, EntryPoint = "K32GetProcessMemoryInfo", SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool GetProcessMemoryInfo(IntPtr process, out MemoryCounters counters, int size);
  }
}
