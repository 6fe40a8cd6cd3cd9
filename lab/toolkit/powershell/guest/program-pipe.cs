namespace AniVaultLab {
  using System;
  using System.ComponentModel;
  using System.IO;
  using System.Runtime.InteropServices;
  using Microsoft.Win32.SafeHandles;

  /// A pipe to or from a program: a stream here, a handle that the program inherits there.
  sealed class ProgramPipe {
    const uint Inherit = 1;
    const uint BufferBytes = 1 << 16;

    public readonly FileStream Near;
    public readonly SafeFileHandle Far;

    [DllImport("kernel32.dll", SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    static extern bool CreatePipe(out SafeFileHandle read, out SafeFileHandle write, IntPtr security, uint size);

    [DllImport("kernel32.dll", SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    static extern bool SetHandleInformation(SafeFileHandle handle, uint mask, uint flags);

    /// `access` is what is done on this side.
    public ProgramPipe(FileAccess access) {
      SafeFileHandle read, write;
      if (!CreatePipe(out read, out write, IntPtr.Zero, BufferBytes)) throw new Win32Exception();
      Far = access == FileAccess.Read ? write : read;
      if (!SetHandleInformation(Far, Inherit, Inherit)) throw new Win32Exception();
      // A buffer would keep what is to be written until it is full.
      Near = new FileStream(access == FileAccess.Read ? read : write, access, 1, false);
    }
  }
}
