namespace AniVaultLab {
  using System.Collections.Generic;
  using System.Text;

  /// Command lines as the C runtime of Windows takes them apart (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments).
  public static class CommandLine {
    const int Longest = 32766;

    public static string Of(string executable, IEnumerable<string> args) {
      // A path holds no quotation mark, and none of its backslashes are special.
      var line = new StringBuilder("\"").Append(executable).Append('"');
      foreach (string arg in args) Append(line.Append(' '), arg);
      if (line.Length > Longest) throw new Refusal("bad-request", "the command line has more than " + Longest + " characters");
      return line.ToString();
    }

    static void Append(StringBuilder line, string arg) {
      if (arg.IndexOf('\0') >= 0) throw new Refusal("bad-request", "an argument holds a NUL");
      if (arg != "" && arg.IndexOfAny(new[] { ' ', '\t', '\n', '\v', '"' }) < 0) { line.Append(arg); return; }
      line.Append('"');
      int backslashes = 0;
      foreach (char letter in arg) {
        if (letter == '\\') { backslashes++; continue; }
        // Backslashes are special in front of a quotation mark only, and are doubled there.
        line.Append('\\', letter == '"' ? 2 * backslashes + 1 : backslashes).Append(letter);
        backslashes = 0;
      }
      line.Append('\\', 2 * backslashes).Append('"');
    }
  }
}
