namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.IO;
  using System.Text;

  /// A verb that is answered elsewhere, in PowerShell.
  public delegate object AnsweredElsewhere(string verb, Question arguments);

  /// Answers one JSON question a line until its input ends.
  public sealed class GuestTool {
    const int MostBytes = 16 << 20;
    const int MostMessageCharacters = 2000;

    static readonly UTF8Encoding Utf8 = new UTF8Encoding(false, false);

    readonly Stream input;
    readonly byte[] piece = new byte[1 << 16];
    int at;
    int filled;

    public GuestTool(Stream input) { this.input = input; }

    public void Serve(AnsweredElsewhere elsewhere) {
      for (;;) {
        bool tooLong;
        string line = NextLine(out tooLong);
        if (line == null) return;
        string answer = AnswerTo(line, tooLong, elsewhere);
        if (Utf8.GetByteCount(answer) >= MostBytes) answer = Refused(new Refusal("too-large", "the answer has more than " + MostBytes + " bytes"));
        StandardOutput.Write(Utf8.GetBytes(answer + "\n"));
      }
    }

    static string AnswerTo(string line, bool tooLong, AnsweredElsewhere elsewhere) {
      try {
        if (tooLong) throw new Refusal("too-large", "the question has more than " + MostBytes + " bytes");
        var question = new Question(Json.Read(line));
        return Json.Write(new Hashtable { { "ok", Answer(question.Text("verb"), question.Inner("arguments"), elsewhere) } });
      } catch (Exception problem) {
        return Refused(Refusal.Of(problem));
      }
    }

    static string Refused(Refusal refusal) {
      string message = refusal.Message.Length > MostMessageCharacters ? refusal.Message.Substring(0, MostMessageCharacters) : refusal.Message;
      return Json.Write(new Hashtable { { "error", new Hashtable { { "code", refusal.Code }, { "message", message } } } });
    }

    static object Answer(string verb, Question arguments, AnsweredElsewhere elsewhere) {
      switch (verb) {
        case "makeTree": return FileTree.Make(arguments);
        case "listTree": return FileTree.List(arguments);
        case "remove": return FileTree.Remove(arguments);
        case "unpack": return Archive.Unpack(arguments);
        case "run": return ProgramRun.Run(arguments);
        case "measure": return ProgramRun.Measure(arguments);
        case "markDownloaded": return DownloadMark.Write(arguments);
        case "readDownloadMark": return DownloadMark.Read(arguments);
        case "readSignature": return PortableExecutable.ReadSignature(arguments);
      }
      return elsewhere(verb, arguments);
    }

    /// Null at the end. What is too long is read to its end and dropped.
    string NextLine(out bool tooLong) {
      var line = new MemoryStream();
      tooLong = false;
      for (;;) {
        if (at == filled) {
          at = 0;
          filled = input.Read(piece, 0, piece.Length);
          if (filled == 0) return line.Length == 0 && !tooLong ? null : Utf8.GetString(line.ToArray());
        }
        int end = Array.IndexOf(piece, (byte)'\n', at, filled - at);
        int count = (end < 0 ? filled : end) - at;
        if (line.Length + count > MostBytes) {
          tooLong = true;
          line.SetLength(0);
        }
        if (!tooLong) line.Write(piece, at, count);
        at += count;
        if (end < 0) continue;
        at++;
        return Utf8.GetString(line.ToArray());
      }
    }
  }
}
