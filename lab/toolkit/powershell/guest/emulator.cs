namespace AniVaultLab {
  using System;
  using System.Runtime.InteropServices;

  /// Whether this is Windows, or something that behaves like it.
  public static class Emulator {
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate IntPtr WineVersion();

    [DllImport("kernel32.dll", EntryPoint = "GetModuleHandleW", CharSet = CharSet.Unicode, SetLastError = true, ExactSpelling = true)]
    static extern IntPtr GetModuleHandle(string name);

    [DllImport("kernel32.dll", CharSet = CharSet.Ansi, SetLastError = true, ExactSpelling = true)]
    static extern IntPtr GetProcAddress(IntPtr module, string name);

    /// `Wine 10.0`; null on Windows. Wine's ntdll has a function that no Windows has.
    public static string Name() {
      if (!GuestPath.OnWindows) return "no Windows at all";
      IntPtr version = GetProcAddress(GetModuleHandle("ntdll.dll"), "wine_get_version");
      if (version == IntPtr.Zero) return null;
      var ask = (WineVersion)Marshal.GetDelegateForFunctionPointer(version, typeof(WineVersion));
      return "Wine " + Marshal.PtrToStringAnsi(ask());
    }
  }
}
