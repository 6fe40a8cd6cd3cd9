namespace AniVaultLab {
  using System;
  using System.IO;
  using System.Text.RegularExpressions;

  /// Guest paths (`C:\a\b`) and the paths that file functions take.
  public static class GuestPath {
    const int LongestPath = 32000;
    /// From here on Windows needs the prefix that lifts its limit of 260 characters; a folder may have 12 characters less than a file.
    const int LongPath = 240;
    const string LongPrefix = "\\\\?\\";

    public static readonly bool OnWindows = Path.DirectorySeparatorChar == '\\';

    /// The parts of a relative name; both separators count. Refuses what climbs, is absolute, or names a drive or a stream.
    public static string[] RelativeParts(string name) {
      if (name.Length == 0 || name.Length > LongestPath) throw new Refusal("bad-request", "not a relative path: " + name);
      string[] parts = name.Split('\\', '/');
      foreach (string part in parts)
        if (part == "" || part == "." || part == ".." || part.IndexOf(':') >= 0 || part.IndexOf('\0') >= 0)
          throw new Refusal("unsafe-path", "not a relative path: " + name);
      return parts;
    }

    /// Refuses anything but a plain absolute path. Off Windows the folder LAB_GUEST_ROOT stands for the drives.
    public static string ToNative(string path) {
      if (path.Length > LongestPath || !Regex.IsMatch(path, "^[A-Za-z]:\\\\")) throw new Refusal("bad-request", "not an absolute Windows path: " + path);
      string rest = path.Substring(3);
      if (rest.EndsWith("\\", StringComparison.Ordinal)) rest = rest.Substring(0, rest.Length - 1);
      string[] parts = rest == "" ? new string[0] : RelativeParts(rest);
      if (OnWindows) return ForWindows(path.Substring(0, 1) + ":\\" + string.Join("\\", parts));
      string root = Environment.GetEnvironmentVariable("LAB_GUEST_ROOT");
      if (string.IsNullOrEmpty(root)) throw new Refusal("bad-request", "off Windows LAB_GUEST_ROOT must name the folder that stands for the guest");
      string native = root + "/" + char.ToLowerInvariant(path[0]);
      return parts.Length == 0 ? native : native + "/" + string.Join("/", parts);
    }

    /// The same for what will be removed or written as a whole: a bare drive is refused.
    public static string ToNativeBelowDrive(string path) {
      string native = ToNative(path);
      if (Regex.IsMatch(path, "^[A-Za-z]:\\\\*$")) throw new Refusal("unsafe-path", "a whole drive: " + path);
      return native;
    }

    public static string Join(string folder, string name) {
      string joined = folder.EndsWith("\\", StringComparison.Ordinal) || folder.EndsWith("/", StringComparison.Ordinal) ? folder + name : folder + Path.DirectorySeparatorChar + name;
      return OnWindows ? ForWindows(joined) : joined;
    }

    public static string Parent(string native) {
      int at = native.LastIndexOf(Path.DirectorySeparatorChar);
      string parent = native.Substring(0, at);
      // C: alone would be the current folder of the drive.
      return OnWindows && parent.EndsWith(":", StringComparison.Ordinal) ? parent + "\\" : parent == "" ? "/" : parent;
    }

    /// A path that Windows takes however long it is. With the prefix it takes names as they are, so it stands on clean paths only.
    static string ForWindows(string clean) {
      return clean.Length < LongPath || clean.StartsWith(LongPrefix, StringComparison.Ordinal) ? clean : LongPrefix + clean;
    }

    /// For what does not take the prefix.
    public static string WithoutPrefix(string native) {
      return native.StartsWith(LongPrefix, StringComparison.Ordinal) ? native.Substring(LongPrefix.Length) : native;
    }
  }
}
