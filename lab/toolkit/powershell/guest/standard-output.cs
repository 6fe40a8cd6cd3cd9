namespace AniVaultLab {
  using System;
  using System.ComponentModel;
  using System.IO;
  using System.Runtime.InteropServices;

  /// Writes answers. Windows is asked itself: .NET does not look at how much of what it writes a pipe took, and not every pipe takes all of it.
  public static class StandardOutput {
    const int OutputHandle = -11;
    const int PieceBytes = 1 << 15;

    [DllImport("kernel32.dll", SetLastError = true, ExactSpelling = true)]
    static extern IntPtr GetStdHandle(int which);

    [DllImport("kernel32.dll", SetLastError = true, ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    static extern bool WriteFile(IntPtr handle, IntPtr bytes, int count, out int written, IntPtr overlapped);

    public static void Write(byte[] bytes) {
      if (GuestPath.OnWindows) WriteOnWindows(bytes);
      else using (Stream output = Console.OpenStandardOutput()) output.Write(bytes, 0, bytes.Length);
    }

    static void WriteOnWindows(byte[] bytes) {
      IntPtr output = GetStdHandle(OutputHandle);
      GCHandle pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
      try {
        for (int done = 0; done < bytes.Length;) {
          int written;
          var from = new IntPtr(pinned.AddrOfPinnedObject().ToInt64() + done);
          if (!WriteFile(output, from, Math.Min(PieceBytes, bytes.Length - done), out written, IntPtr.Zero)) throw new Win32Exception();
          done += written;
        }
      } finally { pinned.Free(); }
    }
  }
}
