namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Collections.Generic;
  using System.IO;
  using System.Security.Cryptography;
  using System.Text;
  using System.Threading;

  /// makeTree, listTree and remove.
  public static class FileTree {
    const int MostFiles = 100000;
    const int MostEntries = 200000;
    const long MostTreeBytes = 4L << 30;
    /// Most characters of an answer, and what an entry costs in it beside its name.
    const int MostAnswerCharacters = 12 << 20;
    const int EntryCharacters = 140;
    const int PieceBytes = 1 << 20;
    const int RemoveTries = 6;

    static readonly UTF8Encoding Utf8 = new UTF8Encoding(false);

    sealed class PlannedFile {
      public string Native;
      public string Name;
      public byte[] Text;
      public long SizeBytes;
    }

    /// Makes files and the folders they need. Refuses before anything is made when a name or an amount is not right.
    public static Hashtable Make(Question question) {
      string top = GuestPath.ToNative(question.Text("root"));
      List<object> files = question.Items("files");
      if (files.Count > MostFiles) throw new Refusal("bad-request", "files must be a list of at most " + MostFiles);
      var planned = new List<PlannedFile>();
      long total = 0;
      foreach (object item in files) {
        var file = new Question(item);
        string[] parts = GuestPath.RelativeParts(file.Text("path"));
        var plan = new PlannedFile { Native = top, Name = string.Join("\\", parts) };
        foreach (string part in parts) plan.Native = GuestPath.Join(plan.Native, part);
        if (file.Has("text")) plan.Text = Utf8.GetBytes(file.Text("text"));
        else plan.SizeBytes = file.Whole("sizeBytes", 0, MostTreeBytes);
        total += plan.Text == null ? plan.SizeBytes : plan.Text.Length;
        if (total > MostTreeBytes) throw new Refusal("too-large", total + " bytes are more than " + MostTreeBytes);
        planned.Add(plan);
      }
      Directory.CreateDirectory(top);
      foreach (PlannedFile file in planned) {
        Directory.CreateDirectory(GuestPath.Parent(file.Native));
        using (FileStream stream = CreateNew(file.Native)) {
          if (file.Text != null) stream.Write(file.Text, 0, file.Text.Length);
          else Fill(stream, file.Name, file.SizeBytes);
        }
      }
      return new Hashtable();
    }

    /// A file that was not there.
    public static FileStream CreateNew(string native) {
      if (File.Exists(native) || Directory.Exists(native)) throw new Refusal("exists", "something of that name is there: " + native);
      return new FileStream(native, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    }

    static void Fill(Stream stream, string name, long sizeBytes) {
      byte[] digest = DigestOf(Utf8.GetBytes(name));
      // A piece is a whole number of digests long, so that the pattern goes on unbroken.
      var piece = new byte[PieceBytes];
      for (int at = 0; at < piece.Length; at += digest.Length) Buffer.BlockCopy(digest, 0, piece, at, digest.Length);
      for (long left = sizeBytes; left > 0; left -= PieceBytes) stream.Write(piece, 0, (int)Math.Min(left, PieceBytes));
    }

    static byte[] DigestOf(byte[] bytes) {
      using (HashAlgorithm hash = NewHash()) return hash.ComputeHash(bytes);
    }

    /// By its name, since the assembly it is in differs. SHA256.Create gives .NET Framework's managed implementation, which is several times slower.
    static HashAlgorithm NewHash() {
      HashAlgorithm fast = HashAlgorithm.Create("System.Security.Cryptography.SHA256Cng");
      return fast == null ? SHA256.Create() : fast;
    }

    /// Lists what is below a folder. Links are told as `other` and never followed; what vanishes meanwhile is left out; a folder that cannot be read
    /// makes the listing incomplete; a file that cannot be read has no digest.
    public static Hashtable List(Question question) {
      string top = GuestPath.ToNative(question.Text("root"));
      bool hash = question.Flag("hash");
      long bound = Math.Min(question.Whole("maxEntries", 0, long.MaxValue), MostEntries);
      long depth = question.Has("depth") ? question.Whole("depth", 1, long.MaxValue) : long.MaxValue;
      if (File.Exists(top)) throw new Refusal("not-found", "not a directory: " + question.Text("root"));
      var found = new SortedDictionary<string, Hashtable>(StringComparer.Ordinal);
      bool complete = true;
      int characters = 0;
      var waiting = new Stack<KeyValuePair<string, string>>();
      if (Directory.Exists(top)) waiting.Push(new KeyValuePair<string, string>(top, ""));
      while (waiting.Count > 0 && complete) {
        KeyValuePair<string, string> folder = waiting.Pop();
        IEnumerable<FileSystemInfo> items;
        try { items = new DirectoryInfo(folder.Key).GetFileSystemInfos(); }
        catch (DirectoryNotFoundException) { continue; }
        catch (IOException) { complete = false; break; }
        catch (UnauthorizedAccessException) { complete = false; continue; }
        foreach (FileSystemInfo item in items) {
          // On Windows no name holds a colon: where streams are emulated by ordinary files, this is one.
          if (item.Name.IndexOf(':') >= 0) continue;
          string shown = folder.Value == "" ? item.Name : folder.Value + "\\" + item.Name;
          Hashtable entry = Describe(item, GuestPath.Join(folder.Key, item.Name), shown, hash);
          if (entry == null) continue;
          characters += shown.Length * 2 + EntryCharacters;
          if (found.Count >= bound || characters > MostAnswerCharacters) { complete = false; break; }
          found[shown] = entry;
          if ((string)entry["kind"] == "directory" && shown.Split('\\').Length < depth)
            waiting.Push(new KeyValuePair<string, string>(GuestPath.Join(folder.Key, item.Name), shown));
        }
      }
      return new Hashtable { { "entries", found.Values }, { "complete", complete } };
    }

    static Hashtable Describe(FileSystemInfo item, string native, string shown, bool hash) {
      try {
        FileAttributes attributes = item.Attributes;
        if ((int)attributes == -1) return null;
        if ((attributes & FileAttributes.ReparsePoint) != 0) return Entry(shown, "other", 0);
        if ((attributes & FileAttributes.Directory) != 0) return Entry(shown, "directory", 0);
        if ((attributes & FileAttributes.Device) != 0) return Entry(shown, "other", 0);
        if (!hash) return Entry(shown, "file", ((FileInfo)item).Length);
        try {
          using (var stream = new FileStream(native, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, PieceBytes))
          using (HashAlgorithm digest = NewHash()) {
            byte[] bytes = digest.ComputeHash(stream);
            Hashtable entry = Entry(shown, "file", stream.Length);
            entry["sha256"] = BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
            return entry;
          }
        } catch (FileNotFoundException) { return null; }
        catch (IOException) { return Entry(shown, "file", ((FileInfo)item).Length); }
        catch (UnauthorizedAccessException) { return Entry(shown, "file", ((FileInfo)item).Length); }
      } catch (FileNotFoundException) { return null; }
    }

    static Hashtable Entry(string path, string kind, long sizeBytes) {
      return new Hashtable { { "path", path }, { "kind", kind }, { "sizeBytes", sizeBytes } };
    }

    /// Removes a file, or a folder with all that is in it; links are removed, not followed. What is not there is gone already.
    public static Hashtable Remove(Question question) {
      string native = GuestPath.ToNativeBelowDrive(question.Text("path"));
      for (int tries = 1; ; tries++) {
        try {
          RemoveAt(native);
          return new Hashtable();
        } catch (Exception problem) {
          // Windows refuses for a moment what a program that has just ended still holds.
          if (tries == RemoveTries || !(problem is IOException || problem is UnauthorizedAccessException)) throw;
          Thread.Sleep(100 * tries);
        }
      }
    }

    static void RemoveAt(string native) {
      FileAttributes attributes;
      try { attributes = File.GetAttributes(native); }
      catch (FileNotFoundException) { return; }
      catch (DirectoryNotFoundException) { return; }
      bool folder = (attributes & FileAttributes.Directory) != 0;
      if ((attributes & FileAttributes.ReparsePoint) == 0) {
        if (folder) foreach (FileSystemInfo item in new DirectoryInfo(native).GetFileSystemInfos()) RemoveAt(GuestPath.Join(native, item.Name));
        if ((attributes & FileAttributes.ReadOnly) != 0) File.SetAttributes(native, attributes & ~FileAttributes.ReadOnly);
      }
      // Off Windows a link to a folder is a file.
      if (folder && (GuestPath.OnWindows || (attributes & FileAttributes.ReparsePoint) == 0)) Directory.Delete(native, false);
      else File.Delete(native);
      // Windows removes streams with their file; where they are ordinary files that is done here.
      if (Emulator.Name() != null) File.Delete(DownloadMark.StreamOf(native));
    }
  }
}
