namespace AniVaultLab {
  using System;
  using System.Collections.Generic;

  /// The arguments of a question, taken out by name and kind. What is missing or of another kind is refused.
  public sealed class Question {
    readonly Dictionary<string, object> members;

    public Question(object value) {
      members = value as Dictionary<string, object>;
      if (members == null) throw new Refusal("bad-request", "an object was expected");
    }

    public IEnumerable<string> Names { get { return members.Keys; } }

    public bool Has(string name) {
      object value;
      return members.TryGetValue(name, out value) && value != null;
    }

    object Get(string name) {
      object value;
      if (!members.TryGetValue(name, out value) || value == null) throw new Refusal("bad-request", "there is no " + name);
      return value;
    }

    public string Text(string name) {
      var text = Get(name) as string;
      if (text == null) throw new Refusal("bad-request", name + " must be a text");
      return text;
    }

    public bool Flag(string name) {
      object value = Get(name);
      if (!(value is bool)) throw new Refusal("bad-request", name + " must be true or false");
      return (bool)value;
    }

    public long Whole(string name, long least, long most) {
      object value = Get(name);
      if (!(value is long) || (long)value < least || (long)value > most) throw new Refusal("bad-request", name + " must be a whole number from " + least + " to " + most);
      return (long)value;
    }

    public double Number(string name) {
      object value = Get(name);
      if (value is long) return (long)value;
      if (value is double) return (double)value;
      throw new Refusal("bad-request", name + " must be a number");
    }

    public Question Inner(string name) { return new Question(Get(name)); }

    public List<object> Items(string name) {
      var items = Get(name) as List<object>;
      if (items == null) throw new Refusal("bad-request", name + " must be a list");
      return items;
    }
  }
}
