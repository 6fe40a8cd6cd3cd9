namespace AniVaultLab {
  using System;
  using System.Runtime.InteropServices;

  [StructLayout(LayoutKind.Sequential)]
  public struct TrustFile {
    public uint Size;
    public IntPtr Path;
    public IntPtr File;
    public IntPtr KnownSubject;
  }

  [StructLayout(LayoutKind.Sequential)]
  public struct TrustData {
    public uint Size;
    public IntPtr PolicyData;
    public IntPtr SipData;
    public uint UiChoice;
    public uint RevocationChecks;
    public uint UnionChoice;
    public IntPtr File;
    public uint StateAction;
    public IntPtr State;
    public IntPtr Url;
    public uint ProviderFlags;
    public uint UiContext;
    public IntPtr SignatureSettings;
  }

  /// What WinVerifyTrust says of a file's Authenticode signature: 0, or why not. Asks no network and shows nothing.
  public static class TrustVerification {
    const uint NoUi = 2;
    const uint NoRevocation = 0;
    const uint IsFile = 1;
    const uint Verify = 1;
    const uint Close = 2;
    /// Only what is in the machine's cache.
    const uint CacheOnly = 0x1000;

    [DllImport("wintrust.dll", ExactSpelling = true)]
    static extern uint WinVerifyTrust(IntPtr window, ref Guid action, ref TrustData data);

    public static uint Of(string native) {
      // WINTRUST_ACTION_GENERIC_VERIFY_V2
      var action = new Guid("00AAC56B-CD44-11d0-8CC2-00C04FC295EE");
      var noWindow = new IntPtr(-1);
      IntPtr path = Marshal.StringToHGlobalUni(native);
      IntPtr file = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(TrustFile)));
      try {
        Marshal.StructureToPtr(new TrustFile { Size = (uint)Marshal.SizeOf(typeof(TrustFile)), Path = path }, file, false);
        var data = new TrustData {
          Size = (uint)Marshal.SizeOf(typeof(TrustData)), UiChoice = NoUi, RevocationChecks = NoRevocation, UnionChoice = IsFile, File = file, StateAction = Verify, ProviderFlags = CacheOnly
        };
        uint result = WinVerifyTrust(noWindow, ref action, ref data);
        data.StateAction = Close;
        WinVerifyTrust(noWindow, ref action, ref data);
        return result;
      } finally {
        Marshal.FreeHGlobal(file);
        Marshal.FreeHGlobal(path);
      }
    }
  }
}
