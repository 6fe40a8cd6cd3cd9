namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Globalization;
  using System.IO;
  using System.Text;
  using System.Text.RegularExpressions;

  /// The `Zone.Identifier` stream of a file: an alternate data stream on NTFS, an ordinary file beside it elsewhere.
  public static class DownloadMark {
    const int MostMarkBytes = 64 << 10;
    const int LongestUrl = 4096;

    public static string StreamOf(string native) { return native + ":Zone.Identifier"; }

    public static Hashtable Write(Question question) {
      string native = ExistingFile(question.Text("file"));
      Question mark = question.Inner("mark");
      var lines = new StringBuilder("[ZoneTransfer]\r\nZoneId=");
      lines.Append(mark.Whole("zoneId", 0, 4).ToString(CultureInfo.InvariantCulture)).Append("\r\n");
      if (mark.Has("referrerUrl")) lines.Append("ReferrerUrl=").Append(Line(mark.Text("referrerUrl"))).Append("\r\n");
      if (mark.Has("hostUrl")) lines.Append("HostUrl=").Append(Line(mark.Text("hostUrl"))).Append("\r\n");
      byte[] bytes = new UTF8Encoding(false).GetBytes(lines.ToString());
      using (FileStream stream = Open(native, true)) stream.Write(bytes, 0, bytes.Length);
      return new Hashtable();
    }

    /// No stream, or one without a zone, is no mark.
    public static Hashtable Read(Question question) {
      string native = ExistingFile(question.Text("file"));
      string text;
      using (FileStream stream = Open(native, false)) {
        if (stream == null) return new Hashtable();
        if (stream.Length > MostMarkBytes) throw new Refusal("too-large", "the mark has more than " + MostMarkBytes + " bytes");
        using (var reader = new StreamReader(stream, Encoding.UTF8)) text = reader.ReadToEnd();
      }
      string zone = ValueOf(text, "ZoneId");
      if (zone == null || !Regex.IsMatch(zone, "^[0-4]$")) return new Hashtable();
      var mark = new Hashtable { { "zoneId", int.Parse(zone, CultureInfo.InvariantCulture) } };
      string hostUrl = ValueOf(text, "HostUrl");
      string referrerUrl = ValueOf(text, "ReferrerUrl");
      if (hostUrl != null) mark["hostUrl"] = hostUrl;
      if (referrerUrl != null) mark["referrerUrl"] = referrerUrl;
      return new Hashtable { { "mark", mark } };
    }

    static string ValueOf(string text, string key) {
      Match match = Regex.Match(text, "^" + key + "=([^\\r\\n]*)", RegexOptions.Multiline | RegexOptions.IgnoreCase);
      return match.Success ? match.Groups[1].Value.Trim() : null;
    }

    static string ExistingFile(string file) {
      string native = GuestPath.ToNative(file);
      if (!File.Exists(native)) throw new Refusal("not-found", "not a file: " + file);
      return native;
    }

    static string Line(string text) {
      if (text.IndexOfAny(new[] { '\r', '\n' }) >= 0 || text.Length > LongestUrl) throw new Refusal("bad-request", "a URL must be one line of at most " + LongestUrl + " characters");
      return text;
    }

    /// To be read: null where there is none. .NET Framework's FileStream refuses the name of a stream, so Windows is asked itself.
    static FileStream Open(string native, bool toWrite) {
      string name = StreamOf(native);
      if (GuestPath.OnWindows) return WindowsFile.Open(name, toWrite);
      if (toWrite) return new FileStream(name, FileMode.Create, FileAccess.Write);
      return File.Exists(name) ? new FileStream(name, FileMode.Open, FileAccess.Read) : null;
    }
  }
}
