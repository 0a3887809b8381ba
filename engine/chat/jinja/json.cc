#include "engine/chat/jinja/json.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/chat/jinja/unicode.h"

namespace candor::engine::jinja {
namespace {

class JsonWriter {
 public:
  JsonWriter(Runtime& runtime, const JsonStyle& style)
      : runtime_(runtime), style_(style), out_(runtime.budget) {}

  void write(const Value& value, std::size_t depth) {
    const Budget::Level level(runtime_.budget);
    runtime_.budget.step();
    if (const Text* text = value.text()) {
      write_text(*text);
    } else if (List* list = value.sequence()) {
      write_list(*list, depth);
    } else if (Dict* dict = value.as<Dict>()) {
      write_dict(*dict, depth);
    } else {
      put(scalar(value));
    }
  }

  Text finish() {
    const Text text = out_.finish();
    return tainted_ ? make_text(runtime_.budget, text.view(), true) : text;
  }

 private:
  void put(std::string_view bytes) { out_.append(bytes, false); }

  static std::string scalar(const Value& value) {
    if (value.is_none()) return "null";
    if (const bool* flag = value.boolean()) return *flag ? "true" : "false";
    if (value.integer() != nullptr) return fmt::to_string(*value.integer());
    if (value.floating() != nullptr) {
      const std::string text = float_repr(*value.floating());
      return text == "nan"    ? "NaN"
             : text == "inf"  ? "Infinity"
             : text == "-inf" ? "-Infinity"
                              : text;
    }
    problem("a value of type {} cannot be written as JSON", type_name(value));
  }

  void new_line(std::size_t depth) {
    if (style_.indent < 0) return;
    const std::size_t columns = depth * static_cast<std::size_t>(style_.indent);
    Budget::check_text(columns);
    put("\n");
    put(std::string(columns, ' '));
  }

  void separate(bool first, std::size_t depth) {
    if (!first) put(style_.between);
    new_line(depth);
  }

  void write_list(const List& list, std::size_t depth) {
    put("[");
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      separate(i == 0, depth + 1);
      write(list.items[i], depth + 1);
    }
    if (!list.items.empty()) new_line(depth);
    put("]");
  }

  void write_dict(const Dict& dict, std::size_t depth) {
    std::vector<const std::pair<Value, Value>*> entries;
    for (const auto& entry : dict.entries) entries.push_back(&entry);
    if (style_.sorted) {
      std::stable_sort(entries.begin(), entries.end(), [&](const auto* left, const auto* right) {
        return compare(runtime_, left->first, right->first) < 0;
      });
    }
    put("{");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      separate(i == 0, depth + 1);
      const Value& key = entries[i]->first;
      if (key.text() != nullptr) {
        write_text(*key.text());
      } else if (key.object() == nullptr) {
        put(fmt::format("\"{}\"", scalar(key)));
      } else {
        problem("a key of type {} cannot be written as JSON", type_name(key));
      }
      put(style_.colon);
      write(entries[i]->second, depth + 1);
    }
    if (!entries.empty()) new_line(depth);
    put("}");
  }

  void write_text(const Text& text) {
    tainted_ = tainted_ || text.tainted();
    runtime_.budget.pass(text.size());
    std::string escaped = "\"";
    for (std::size_t at = 0; at < text.size();) {
      const Character character = decode(text.view(), at);
      write_character(escaped, text.view().substr(at, character.size), character.code);
      at += character.size;
      if (escaped.size() >= 4096) put(std::exchange(escaped, {}));
    }
    escaped += '"';
    put(escaped);
  }

  void write_character(std::string& escaped, std::string_view bytes, char32_t code) const {
    static constexpr std::string_view kPlain = "\"\\\n\r\t\f\b";
    static constexpr std::string_view kLetter = "\"\\nrtfb";
    const auto named = code < 0x80 ? kPlain.find(static_cast<char>(code)) : kPlain.npos;
    const auto number = static_cast<std::uint32_t>(code);
    if (named != kPlain.npos) {
      escaped += '\\';
      escaped += kLetter[named];
    } else if (number < 0x20 || (style_.ascii && number > 0x7E && number < 0x10000)) {
      escaped += "\\u";
      append_hex(escaped, number, 4);
    } else if (style_.ascii && number >= 0x10000) {
      escaped += "\\u";
      append_hex(escaped, 0xD800 + ((number - 0x10000) >> 10), 4);
      escaped += "\\u";
      append_hex(escaped, 0xDC00 + ((number - 0x10000) & 0x3FF), 4);
    } else {
      escaped += bytes;
    }
  }

  Runtime& runtime_;
  const JsonStyle& style_;
  TextBuilder out_;
  bool tainted_ = false;
};

}  // namespace

Value from_json(Runtime& runtime, const boost::json::value& json) {
  const Budget::Level level(runtime.budget);
  switch (json.kind()) {
    case boost::json::kind::null:
      return Value();
    case boost::json::kind::bool_:
      return Value::boolean(json.get_bool());
    case boost::json::kind::int64:
      return Value::integer(json.get_int64());
    case boost::json::kind::uint64:
      if (json.get_uint64() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        problem("the number {} in the input is beyond 64 bits with sign", json.get_uint64());
      }
      return Value::integer(static_cast<std::int64_t>(json.get_uint64()));
    case boost::json::kind::double_:
      return Value::floating(json.get_double());
    case boost::json::kind::string:
      return runtime.text(json.get_string(), true);
    case boost::json::kind::array: {
      std::vector<Value> items;
      for (const auto& item : json.get_array()) items.push_back(from_json(runtime, item));
      return runtime.list(std::move(items));
    }
    case boost::json::kind::object: {
      Dict* dict = runtime.make<Dict>();
      for (const auto& [key, value] : json.get_object()) {
        dict->set(runtime, runtime.text(key, true), from_json(runtime, value));
      }
      return dict;
    }
  }
  return Value();
}

Text to_json(Runtime& runtime, const Value& value, const JsonStyle& style) {
  JsonWriter writer(runtime, style);
  writer.write(value, 0);
  return writer.finish();
}

}  // namespace candor::engine::jinja
