namespace AniVaultLab {
  using System;
  using System.ComponentModel;
  using System.IO;

  /// An expected failure, by the codes that the twin of this code in `lab/toolkit/agent/guest/refusal.ts` has.
  public sealed class Refusal : Exception {
    public readonly string Code;

    public Refusal(string code, string message) : base(message) { Code = code; }

    /// What anything thrown means to whoever asked.
    public static Refusal Of(Exception problem) {
      Exception cause = problem;
      while (!(cause is Refusal) && cause.InnerException != null) cause = cause.InnerException;
      var refusal = cause as Refusal;
      if (refusal != null) return refusal;
      if (cause is FileNotFoundException || cause is DirectoryNotFoundException) return new Refusal("not-found", cause.Message);
      if (cause is IOException || cause is UnauthorizedAccessException || cause is Win32Exception) return new Refusal("io", cause.Message);
      // ERROR_FILE_EXISTS and ERROR_ALREADY_EXISTS come as IOException and are found before something is made.
      return new Refusal("bug", cause.ToString());
    }
  }
}
