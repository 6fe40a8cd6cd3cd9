namespace AniVaultLab {
  using System.ComponentModel;
  using System.IO;
  using System.Runtime.InteropServices;
  using Microsoft.Win32.SafeHandles;

  /// Files that only Windows itself can open.
  static class WindowsFile {
    const uint GenericRead = 0x80000000;
    const uint GenericWrite = 0x40000000;
    const uint ShareRead = 1;
    const uint CreateAlways = 2;
    const uint OpenExisting = 3;
    const int FileNotFound = 2;

    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    static extern SafeFileHandle CreateFile(string name, uint access, uint share, System.IntPtr security, uint disposition, uint flags, System.IntPtr template);

    /// Null when it is to be read and there is none.
    public static FileStream Open(string name, bool toWrite) {
      SafeFileHandle handle = CreateFile(name, toWrite ? GenericWrite : GenericRead, ShareRead, System.IntPtr.Zero, toWrite ? CreateAlways : OpenExisting, 0, System.IntPtr.Zero);
      if (handle.IsInvalid) {
        int error = Marshal.GetLastWin32Error();
        handle.Dispose();
        if (!toWrite && error == FileNotFound) return null;
        throw new Win32Exception(error);
      }
      return new FileStream(handle, toWrite ? FileAccess.Write : FileAccess.Read, 4096);
    }
  }
}
