namespace AniVaultLab {
  using System;

  /// Stands in for the script around it: answers what needs no PowerShell.
  static class ToolMain {
    static void Main(string[] args) {
      if (args.Length > 0 && args[0] == "quote") { Console.Write(CommandLine.Of("C:\\a b\\x.exe", args[1].Split('\n'))); return; }
      if (args.Length > 0 && args[0] == "sizes") {
        foreach (Type type in new[] { typeof(StartupInformation), typeof(ExtendedStartupInformation), typeof(ProcessInformation), typeof(BasicLimitInformation), typeof(ExtendedLimitInformation), typeof(MemoryCounters), typeof(TrustFile), typeof(TrustData) })
          Console.WriteLine(type.Name + " " + System.Runtime.InteropServices.Marshal.SizeOf(type));
        return;
      }
      new GuestTool(Console.OpenStandardInput(), Console.OpenStandardOutput()).Serve(delegate(string verb, Question given) {
        throw new Refusal("bad-request", "unknown verb " + verb);
      });
    }
  }
}
