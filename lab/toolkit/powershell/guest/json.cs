namespace AniVaultLab {
  using System;
  using System.Collections;
  using System.Collections.Generic;
  using System.Globalization;
  using System.Text;

  /// JSON (RFC 8259) both ways. PowerShell's own is not used: it takes texts that look like dates for dates, folds names that differ in case, is slow
  /// with many items, and unwraps lists of one item.
  public static class Json {
    const int MostDepth = 64;

    /// Objects become dictionaries, lists become `List<object>`, numbers `long` or `double`.
    public static object Read(string text) {
      var reader = new Reader { Text = text };
      object value = reader.Value(0);
      reader.Blank();
      if (reader.At != text.Length) throw reader.Wrong();
      return value;
    }

    public static string Write(object value) {
      var text = new StringBuilder();
      Append(text, value, 0);
      return text.ToString();
    }

    sealed class Reader {
      public string Text;
      public int At;

      public Refusal Wrong() { return new Refusal("bad-request", "the question is not JSON: character " + At); }

      public void Blank() {
        while (At < Text.Length && (Text[At] == ' ' || Text[At] == '\t' || Text[At] == '\r' || Text[At] == '\n')) At++;
      }

      char Next() {
        if (At >= Text.Length) throw Wrong();
        return Text[At++];
      }

      bool Take(string word) {
        if (string.CompareOrdinal(Text, At, word, 0, word.Length) != 0) return false;
        At += word.Length;
        return true;
      }

      public object Value(int depth) {
        if (depth > MostDepth) throw Wrong();
        Blank();
        if (At >= Text.Length) throw Wrong();
        switch (Text[At]) {
          case '{': return Members(depth);
          case '[': return Items(depth);
          case '"': return String();
        }
        if (Take("true")) return true;
        if (Take("false")) return false;
        if (Take("null")) return null;
        return Number();
      }

      Dictionary<string, object> Members(int depth) {
        var found = new Dictionary<string, object>(StringComparer.Ordinal);
        At++;
        Blank();
        if (Take("}")) return found;
        for (;;) {
          Blank();
          if (At >= Text.Length || Text[At] != '"') throw Wrong();
          string name = String();
          Blank();
          if (!Take(":")) throw Wrong();
          found[name] = Value(depth + 1);
          Blank();
          if (Take("}")) return found;
          if (!Take(",")) throw Wrong();
        }
      }

      List<object> Items(int depth) {
        var found = new List<object>();
        At++;
        Blank();
        if (Take("]")) return found;
        for (;;) {
          found.Add(Value(depth + 1));
          Blank();
          if (Take("]")) return found;
          if (!Take(",")) throw Wrong();
        }
      }

      string String() {
        var found = new StringBuilder();
        At++;
        for (;;) {
          char next = Next();
          if (next == '"') return found.ToString();
          if (next < ' ') throw Wrong();
          if (next != '\\') { found.Append(next); continue; }
          char escaped = Next();
          switch (escaped) {
            case 'b': found.Append('\b'); break;
            case 'f': found.Append('\f'); break;
            case 'n': found.Append('\n'); break;
            case 'r': found.Append('\r'); break;
            case 't': found.Append('\t'); break;
            case '"': case '\\': case '/': found.Append(escaped); break;
            case 'u':
              int code = 0;
              for (int digit = 0; digit < 4; digit++) {
                int value = "0123456789abcdef".IndexOf(char.ToLowerInvariant(Next()));
                if (value < 0) throw Wrong();
                code = code * 16 + value;
              }
              found.Append((char)code);
              break;
            default: throw Wrong();
          }
        }
      }

      object Number() {
        int start = At;
        while (At < Text.Length && "+-.eE0123456789".IndexOf(Text[At]) >= 0) At++;
        string digits = Text.Substring(start, At - start);
        long whole;
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole)) return whole;
        double number;
        if (double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out number)) return number;
        throw Wrong();
      }
    }

    static void Append(StringBuilder text, object given, int depth) {
      if (depth > MostDepth) throw new InvalidOperationException("an answer is nested too deep");
      object value = Unwrapped(given);
      if (value == null) { text.Append("null"); return; }
      if (value is bool) { text.Append((bool)value ? "true" : "false"); return; }
      var word = value as string;
      if (word != null) { AppendString(text, word); return; }
      if (value is double || value is float) { text.Append(Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)); return; }
      if (value is int || value is long || value is uint || value is ulong || value is short || value is ushort || value is byte) {
        text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
        return;
      }
      var members = value as IDictionary;
      if (members != null) {
        text.Append('{');
        bool first = true;
        foreach (DictionaryEntry member in members) {
          if (!first) text.Append(',');
          first = false;
          AppendString(text, (string)Unwrapped(member.Key));
          text.Append(':');
          Append(text, member.Value, depth + 1);
        }
        text.Append('}');
        return;
      }
      var items = value as IEnumerable;
      if (items == null) throw new InvalidOperationException("an answer holds a " + value.GetType().FullName);
      text.Append('[');
      bool none = true;
      foreach (object item in items) {
        if (!none) text.Append(',');
        none = false;
        Append(text, item, depth + 1);
      }
      text.Append(']');
    }

    /// What PowerShell has wrapped. Its assembly is not referred to, so that this compiles without.
    static object Unwrapped(object value) {
      if (value == null || value.GetType().FullName != "System.Management.Automation.PSObject") return value;
      return value.GetType().GetProperty("BaseObject").GetValue(value, null);
    }

    static void AppendString(StringBuilder text, string value) {
      text.Append('"');
      foreach (char letter in value) {
        // Halves of a pair of UTF-16 alone would not survive UTF-8; all of them travel escaped.
        if (letter == '"' || letter == '\\') text.Append('\\').Append(letter);
        else if (letter < ' ' || letter == '\u007f' || char.IsSurrogate(letter)) text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
        else text.Append(letter);
      }
      text.Append('"');
    }
  }
}
