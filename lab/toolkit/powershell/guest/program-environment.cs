namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Collections.Generic;

  /// The environment that a program is to see.
  public static class ProgramEnvironment {
    /// What Windows itself sets for a logon. PATH is made below.
    static readonly string[] SystemVariables = {
      "SystemRoot", "SystemDrive", "windir", "ComSpec", "TEMP", "TMP", "USERPROFILE", "USERNAME", "APPDATA", "LOCALAPPDATA", "ProgramData",
      "ProgramFiles", "PATHEXT", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS"
    };

    /// Sorted by name without case, as Windows wants it.
    public static SortedDictionary<string, string> For(Question program) {
      var made = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
      string kind = program.Text("environment");
      if (kind == "inherited") {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) made[(string)variable.Key] = (string)variable.Value;
      } else if (kind == "system-only") {
        foreach (string name in SystemVariables) {
          string value = Environment.GetEnvironmentVariable(name);
          if (value != null) made[name] = value;
        }
        string windows = Environment.GetEnvironmentVariable("SystemRoot");
        if (windows == null) windows = "C:\\Windows";
        made["PATH"] = GuestPath.OnWindows ? windows + "\\System32;" + windows : "/usr/bin:/bin";
      } else throw new Refusal("bad-request", "environment must be inherited or system-only");
      if (program.Has("env")) {
        Question own = program.Inner("env");
        foreach (string name in own.Names) {
          string value = own.Text(name);
          if (name == "" || name.IndexOfAny(new[] { '=', '\0' }) >= 0 || value.IndexOf('\0') >= 0) throw new Refusal("bad-request", "not a variable: " + name);
          // The spelling of the last one counts.
          made.Remove(name);
          made[name] = value;
        }
      }
      return made;
    }
  }
}
