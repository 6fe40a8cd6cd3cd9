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
      if (args.Length > 0 && args[0] == "types") { PrintTypes(System.Reflection.Assembly.LoadFile(args[1]).GetModules()[0]); return; }
      // In place of PowerShell: what it would run and compile is read and left.
      if (Array.IndexOf(args, "-EncodedCommand") >= 0) {
        var reader = new System.IO.BinaryReader(Console.OpenStandardInput());
        for (int texts = 0; texts < 2; texts++) if (reader.ReadBytes(reader.ReadInt32()).Length == 0) return;
      }
      new GuestTool(Console.OpenStandardInput()).Serve(delegate(string verb, Question given) {
        throw new Refusal("bad-request", "unknown verb " + verb);
      });
    }

    /// Every type of others that an assembly refers to: the rows of its TypeRef table (ECMA-335, II.22.38).
    static void PrintTypes(System.Reflection.Module module) {
      for (int row = 1; ; row++) {
        Type type;
        try { type = module.ResolveType(0x01000000 + row); } catch (ArgumentException) { return; }
        Console.WriteLine(type.FullName);
      }
    }
  }
}
