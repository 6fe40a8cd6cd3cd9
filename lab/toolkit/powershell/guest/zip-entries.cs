namespace AniVaultLab {
  using System;
  using System.Collections.Generic;
  using System.IO;
  using System.Text;
  using System.Text.RegularExpressions;

  /// A file or folder of a zip that is safe to write.
  public sealed class ZipItem {
    public string[] Parts;
    public bool IsFolder;
    public bool IsDeflated;
    public long HeaderAt;
    public long PackedBytes;
    public long Bytes;
    public uint Checksum;
  }

  /// Reads the list of a zip (PKWARE APPNOTE 4.3.12 and 4.3.16). .NET's own reader tells neither links nor encryption and checks no checksum.
  public static class ZipEntries {
    const int MostEntries = 50000;
    const long MostBytes = 4L << 30;
    /// Unpacked bytes for each byte of the archive; below FreeBytes growth is no danger.
    const long MostGrowth = 200;
    const long FreeBytes = 64L << 20;
    const int EndBytes = 22;
    const int HeaderBytes = 46;
    const int UnixType = 0xf000;
    const int UnixFile = 0x8000;
    const int UnixFolder = 0x4000;
    const uint DosLink = 0x400;
    const int Encrypted = 0x2041;
    const int NamesAreUtf8 = 0x800;

    static Refusal Damaged(string problem) { return new Refusal("archive-damaged", problem); }

    /// Refuses the whole archive if one of its entries must not be written.
    public static List<ZipItem> Read(Stream archive) {
      byte[] end = EndRecord(archive);
      int count = BitConverter.ToUInt16(end, 10);
      long listBytes = BitConverter.ToUInt32(end, 12);
      long listAt = BitConverter.ToUInt32(end, 16);
      if (BitConverter.ToUInt16(end, 4) != 0) throw Damaged("it has several volumes");
      if (count == 0xffff || listAt == 0xffffffff) throw Damaged("zip64 is not read");
      if (count > MostEntries) throw new Refusal("archive-unsafe", count + " entries are more than " + MostEntries);
      if (listAt + listBytes > archive.Length) throw Damaged("its list is cut short");
      byte[] list = Bytes(archive, listAt, (int)listBytes);
      var found = new List<ZipItem>();
      var kinds = new Dictionary<string, bool>(StringComparer.Ordinal);
      long packed = 0, unpacked = 0;
      int at = 0;
      for (int index = 0; index < count; index++) {
        if (at + HeaderBytes > list.Length || BitConverter.ToUInt32(list, at) != 0x02014b50) throw Damaged("its list is cut short");
        int nameBytes = BitConverter.ToUInt16(list, at + 28);
        int next = at + HeaderBytes + nameBytes + BitConverter.ToUInt16(list, at + 30) + BitConverter.ToUInt16(list, at + 32);
        if (next > list.Length) throw Damaged("its list is cut short");
        ZipItem item = Item(list, at, nameBytes);
        packed += item.PackedBytes;
        unpacked += item.Bytes;
        // Entries that share bytes are how a bomb gets past a bound on each of them.
        if (packed > archive.Length) throw new Refusal("archive-unsafe", "entries overlap");
        if (unpacked > Math.Min(MostBytes, Math.Max(FreeBytes, archive.Length * MostGrowth)))
          throw new Refusal("archive-unsafe", "it would grow from " + archive.Length + " to more than " + (unpacked - 1) + " bytes");
        Claim(kinds, item);
        found.Add(item);
        at = next;
      }
      return found;
    }

    public static byte[] Bytes(Stream stream, long at, int length) {
      var bytes = new byte[length];
      stream.Seek(at, SeekOrigin.Begin);
      for (int filled = 0; filled < length;) {
        int count = stream.Read(bytes, filled, length - filled);
        if (count == 0) throw Damaged("it is cut short");
        filled += count;
      }
      return bytes;
    }

    static byte[] EndRecord(Stream archive) {
      int length = (int)Math.Min(archive.Length, EndBytes + 65535);
      byte[] tail = Bytes(archive, archive.Length - length, length);
      for (int at = length - EndBytes; at >= 0; at--) {
        if (BitConverter.ToUInt32(tail, at) != 0x06054b50 || BitConverter.ToUInt16(tail, at + 20) != length - at - EndBytes) continue;
        var end = new byte[EndBytes];
        Buffer.BlockCopy(tail, at, end, 0, EndBytes);
        return end;
      }
      throw Damaged("it is no zip");
    }

    static ZipItem Item(byte[] list, int at, int nameBytes) {
      int flags = BitConverter.ToUInt16(list, at + 8);
      int method = BitConverter.ToUInt16(list, at + 10);
      string name = NameOf(list, at + HeaderBytes, nameBytes, flags);
      var item = new ZipItem {
        IsFolder = name.EndsWith("/", StringComparison.Ordinal),
        IsDeflated = method == 8,
        Checksum = BitConverter.ToUInt32(list, at + 16),
        PackedBytes = BitConverter.ToUInt32(list, at + 20),
        Bytes = BitConverter.ToUInt32(list, at + 24),
        HeaderAt = BitConverter.ToUInt32(list, at + 42)
      };
      item.Parts = (item.IsFolder ? name.Substring(0, name.Length - 1) : name).Split('/');
      uint attributes = BitConverter.ToUInt32(list, at + 38);
      string wrong = WrongWith(item, flags, method, attributes);
      if (wrong != null) throw new Refusal("archive-unsafe", "entry \"" + (name.Length > 200 ? name.Substring(0, 200) : name) + "\" " + wrong);
      return item;
    }

    static string NameOf(byte[] list, int at, int length, int flags) {
      if ((flags & NamesAreUtf8) != 0) return new UTF8Encoding(false, false).GetString(list, at, length);
      // Old names are of some code page that the archive does not name; what is common to all of them is ASCII.
      for (int index = at; index < at + length; index++) if (list[index] > 0x7e) throw Damaged("a name is neither UTF-8 nor ASCII");
      return Encoding.ASCII.GetString(list, at, length);
    }

    static string WrongWith(ZipItem item, int flags, int method, uint attributes) {
      foreach (string part in item.Parts) {
        if (part == "" || part == "." || part == "..") return "leads out of its folder";
        if (Regex.IsMatch(part, "[\\x00-\\x1f<>:\"|?*\\\\]")) return "has a character that Windows cannot store";
        if (Regex.IsMatch(part, "[. ]$")) return "ends in a dot or a blank, which Windows drops";
        if (Regex.IsMatch(part, "^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\\.|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)) return "is the name of a device";
      }
      int type = (int)(attributes >> 16) & UnixType;
      if (type != 0 && type != UnixFile && type != UnixFolder) return "is a link or a device";
      if ((attributes & DosLink) != 0) return "is a link";
      if (!item.IsFolder && type == UnixFolder) return "is a directory with the name of a file";
      if (item.IsFolder && item.Bytes > 0) return "is a directory with content";
      if ((flags & Encrypted) != 0) return "is encrypted";
      if (method != 0 && method != 8) return "is packed with the unknown method " + method;
      return null;
    }

    /// Refuses two entries of one name (Windows ignores case) and a file where another entry needs a folder.
    static void Claim(Dictionary<string, bool> kinds, ZipItem item) {
      string key = "";
      for (int index = 0; index < item.Parts.Length; index++) {
        key += "/" + item.Parts[index].Normalize(NormalizationForm.FormC).ToLowerInvariant();
        bool folder = index < item.Parts.Length - 1 || item.IsFolder;
        bool known;
        if (kinds.TryGetValue(key, out known) && !(known && folder)) throw new Refusal("archive-unsafe", "entry \"" + string.Join("/", item.Parts) + "\" is there twice");
        kinds[key] = folder;
      }
    }
  }
}
