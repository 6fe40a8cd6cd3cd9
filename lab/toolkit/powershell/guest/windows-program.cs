namespace AniVaultLab {
  using System;
  using System.Collections.Generic;
  using System.ComponentModel;
  using System.IO;
  using System.Runtime.InteropServices;
  using System.Text;

  /// A program in a job of its own: made asleep, put into the job, then woken, so that nothing it starts is outside. It inherits three handles and no
  /// other. Jobs end with this process.
  public sealed class WindowsProgram : RunningProgram {
    const uint Asleep = 0x4;
    const uint UnicodeEnvironment = 0x400;
    const uint ExtendedStartup = 0x80000;
    const uint NoWindow = 0x08000000;
    const uint UseStandardHandles = 0x100;
    const uint KillOnClose = 0x2000;
    const int ExtendedLimits = 9;
    const uint StillWaiting = 258;
    static readonly IntPtr HandleList = new IntPtr(0x20002);

    /// What ends the processes that outlive their program, when this process ends: Windows closes the handles.
    static readonly List<IntPtr> Jobs = new List<IntPtr>();

    readonly IntPtr job;
    readonly IntPtr process;

    public WindowsProgram(string executable, List<string> args, string folder, SortedDictionary<string, string> environment) {
      var input = new ProgramPipe(FileAccess.Write);
      var output = new ProgramPipe(FileAccess.Read);
      var errors = new ProgramPipe(FileAccess.Read);
      job = NewJob();
      try {
        ProcessInformation started = Create(executable, args, folder, environment, input, output, errors);
        process = started.Process;
        bool awake = Native.AssignProcessToJobObject(job, process) && Native.ResumeThread(started.Thread) != uint.MaxValue;
        int error = Marshal.GetLastWin32Error();
        Native.CloseHandle(started.Thread);
        if (!awake) {
          Native.TerminateProcess(process, 1);
          Native.CloseHandle(process);
          throw new Refusal("io", executable + " cannot be put into a job: " + new Win32Exception(error).Message);
        }
      } catch {
        Native.CloseHandle(job);
        foreach (ProgramPipe pipe in new[] { input, output, errors }) pipe.Near.Dispose();
        throw;
      } finally {
        // The program has its own by now; as long as these are open its output does not end.
        foreach (ProgramPipe pipe in new[] { input, output, errors }) pipe.Far.Dispose();
      }
      Input = input.Near;
      Output = output.Near;
      Errors = errors.Near;
      Jobs.Add(job);
    }

    static IntPtr NewJob() {
      IntPtr job = Native.CreateJobObject(IntPtr.Zero, null);
      if (job == IntPtr.Zero) throw new Win32Exception();
      var limits = new ExtendedLimitInformation();
      limits.Basic.LimitFlags = KillOnClose;
      if (!Native.SetInformationJobObject(job, ExtendedLimits, ref limits, Marshal.SizeOf(typeof(ExtendedLimitInformation)))) throw new Win32Exception();
      return job;
    }

    static ProcessInformation Create(string executable, List<string> args, string folder, SortedDictionary<string, string> environment, ProgramPipe input, ProgramPipe output, ProgramPipe errors) {
      IntPtr size = IntPtr.Zero;
      // The first call tells how much room is needed, and fails.
      Native.InitializeProcThreadAttributeList(IntPtr.Zero, 1, 0, ref size);
      IntPtr attributes = Marshal.AllocHGlobal(size);
      IntPtr handles = Marshal.AllocHGlobal(3 * IntPtr.Size);
      IntPtr block = Marshal.StringToHGlobalUni(BlockOf(environment));
      bool listed = false;
      try {
        var startup = new ExtendedStartupInformation();
        startup.Startup.Size = Marshal.SizeOf(typeof(ExtendedStartupInformation));
        startup.Startup.Flags = UseStandardHandles;
        startup.Startup.Input = input.Far.DangerousGetHandle();
        startup.Startup.Output = output.Far.DangerousGetHandle();
        startup.Startup.Errors = errors.Far.DangerousGetHandle();
        startup.Attributes = attributes;
        Marshal.WriteIntPtr(handles, 0, startup.Startup.Input);
        Marshal.WriteIntPtr(handles, IntPtr.Size, startup.Startup.Output);
        Marshal.WriteIntPtr(handles, 2 * IntPtr.Size, startup.Startup.Errors);
        if (!Native.InitializeProcThreadAttributeList(attributes, 1, 0, ref size)) throw new Win32Exception();
        listed = true;
        if (!Native.UpdateProcThreadAttribute(attributes, 0, HandleList, handles, new IntPtr(3 * IntPtr.Size), IntPtr.Zero, IntPtr.Zero)) throw new Win32Exception();
        ProcessInformation started;
        // CreateProcessW may write into the line.
        var line = new StringBuilder(CommandLine.Of(executable, args), 32768);
        if (!Native.CreateProcess(executable, line, IntPtr.Zero, IntPtr.Zero, true, Asleep | UnicodeEnvironment | ExtendedStartup | NoWindow, block, folder, ref startup, out started))
          throw new Refusal("start-failed", executable + " cannot be started: " + new Win32Exception().Message);
        return started;
      } finally {
        if (listed) Native.DeleteProcThreadAttributeList(attributes);
        Marshal.FreeHGlobal(attributes);
        Marshal.FreeHGlobal(handles);
        Marshal.FreeHGlobal(block);
      }
    }

    /// NAME=value, each ended by a NUL, and a NUL after all of them: the second is the one that ends a text.
    static string BlockOf(SortedDictionary<string, string> environment) {
      var block = new StringBuilder();
      foreach (KeyValuePair<string, string> variable in environment) block.Append(variable.Key).Append('=').Append(variable.Value).Append('\0');
      return block.Length == 0 ? "\0" : block.ToString();
    }

    public override bool WaitForExit(int milliseconds) { return Native.WaitForSingleObject(process, (uint)milliseconds) != StillWaiting; }

    public override uint ExitCode {
      get {
        uint code;
        if (!Native.GetExitCodeProcess(process, out code)) throw new Win32Exception();
        return code;
      }
    }

    public override void KillTree() { Native.TerminateJobObject(job, 1); }

    public override long PeakBytes {
      get {
        MemoryCounters counters;
        return Native.GetProcessMemoryInfo(process, out counters, Marshal.SizeOf(typeof(MemoryCounters))) ? counters.PeakWorkingSetSize.ToInt64() : 0;
      }
    }

    public override void Dispose() { Native.CloseHandle(process); }
  }
}
