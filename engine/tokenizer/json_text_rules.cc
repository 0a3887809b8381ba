#include "engine/tokenizer/json_text_rules.h"

#include <fmt/format.h>

#include "engine/files/file_error.h"

namespace candor::engine {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpaceSign = "\u2581";

class Rules {
 public:
  Rules(const JsonFieldsOfFile& fields, bool from_characters, TokenizerParts& parts)
      : fields_(fields), from_characters_(from_characters), parts_(parts) {}

  void read(const json::object& root) {
    read_normalizer(root.if_contains("normalizer"));
    const json::value* cuts = JsonFieldsOfFile::member(root, "pre_tokenizer");
    if (!from_characters_) {
      if (cuts == nullptr) refuse("pre_tokenizer", "is missing");
      read_byte_level(*cuts);
      if (parts_.passes.empty()) refuse("pre_tokenizer", "no rule cuts the text into words");
      return;
    }
    if (cuts != nullptr) read_metaspace(*cuts);
    if (!parts_.spaces.marked) {
      refuse("normalizer",
             "neither it nor the pre_tokenizer replaces spaces by \"▁\", as a model with "
             "byte_fallback needs it");
    }
  }

 private:
  using Prefix = SpaceRules::Prefix;

  [[noreturn]] void refuse(std::string_view field, std::string_view what) const {
    fields_.refuse(field, what);
  }
  std::string type_of(const json::object& object, std::string_view field) const {
    return fields_.text(object, field, "type");
  }

  void read_normalizer(const json::value* value) {
    if (value == nullptr || value->is_null()) return;
    constexpr std::string_view kField = "normalizer";
    const json::object& step = fields_.as_object(*value, kField);
    const std::string type = type_of(step, kField);
    if (type == "Sequence") {
      for (const json::value& part :
           fields_.as_array(step.if_contains("normalizers"), "normalizer.normalizers")) {
        read_normalizer(&part);
      }
    } else if (type == "NFC") {
      parts_.nfc = true;
    } else if (from_characters_ && type == "Prepend") {
      if (fields_.text(step, kField, "prepend") != kSpaceSign) {
        refuse("normalizer.prepend", "only \"▁\" is supported");
      }
      parts_.spaces.prefix = Prefix::kAll;
    } else if (from_characters_ && type == "Replace") {
      if (literal_pattern(step, "normalizer.Replace") != " " ||
          fields_.text(step, kField, "content") != kSpaceSign) {
        refuse("normalizer.Replace", "only \" \" by \"▁\" is supported");
      }
      parts_.spaces.marked = true;
    } else {
      refuse(kField, fmt::format("'{}' is not supported ({})", printable(type),
                                 from_characters_ ? "NFC, Prepend and Replace are" : "NFC is"));
    }
  }

  std::string literal_pattern(const json::object& step, std::string_view field) const {
    const json::value* pattern = JsonFieldsOfFile::member(step, "pattern");
    if (pattern == nullptr) refuse(field, "the pattern is missing");
    return fields_.text(fields_.as_object(*pattern, field), field, "String");
  }

  // Metaspace, and the Split at spaces that finds none because they have been replaced.
  void read_metaspace(const json::value& value) {
    constexpr std::string_view kField = "pre_tokenizer";
    const json::object& step = fields_.as_object(value, kField);
    const std::string type = type_of(step, kField);
    if (type == "Sequence") {
      for (const json::value& part : fields_.as_array(step.if_contains("pretokenizers"), kField)) {
        read_metaspace(part);
      }
    } else if (type == "Split") {
      if (!parts_.spaces.marked || literal_pattern(step, "pre_tokenizer.Split") != " ") {
        refuse("pre_tokenizer.Split", "only at spaces that have been replaced is supported");
      }
    } else if (type == "Metaspace") {
      if (fields_.text(step, kField, "replacement") != kSpaceSign) {
        refuse("pre_tokenizer.replacement", "only \"▁\" is supported");
      }
      parts_.spaces.marked = true;
      parts_.spaces.cut = fields_.flag(step, kField, "split", true);
      parts_.spaces.prefix_unless_there = true;
      parts_.spaces.prefix = metaspace_prefix(step);
    } else {
      refuse(kField,
             fmt::format("'{}' is not supported in a model with byte_fallback", printable(type)));
    }
  }

  Prefix metaspace_prefix(const json::object& step) const {
    constexpr std::string_view kField = "pre_tokenizer";
    if (JsonFieldsOfFile::member(step, "prepend_scheme") == nullptr) {
      return fields_.flag(step, kField, "add_prefix_space", true) ? Prefix::kAll : Prefix::kNone;
    }
    const std::string scheme = fields_.text(step, kField, "prepend_scheme");
    if (scheme == "always") return Prefix::kAll;
    if (scheme == "first") return Prefix::kStart;
    if (scheme != "never") {
      refuse("pre_tokenizer.prepend_scheme",
             fmt::format("'{}' is none of always, first, never", printable(scheme)));
    }
    return Prefix::kNone;
  }

  void read_byte_level(const json::value& value) {
    constexpr std::string_view kField = "pre_tokenizer";
    const json::object& step = fields_.as_object(value, kField);
    const std::string type = type_of(step, kField);
    if (type == "Sequence") {
      for (const json::value& part : fields_.as_array(step.if_contains("pretokenizers"), kField)) {
        read_byte_level(part);
      }
    } else if (type == "Split") {
      add_split(step);
    } else if (type == "Digits") {
      const bool single = fields_.flag(step, kField, "individual_digits");
      parts_.passes.push_back(PreTokenizer::digits(single));
      parts_.pre_tokenizer += single ? "digit\n" : "digits\n";
    } else if (type == "Punctuation" && fields_.text(step, kField, "behavior") == "Contiguous") {
      parts_.passes.push_back(PreTokenizer::punctuation_runs());
      parts_.pre_tokenizer += "punctuation runs\n";
    } else if (type == "ByteLevel") {
      if (fields_.flag(step, kField, "add_prefix_space", true)) {
        refuse(kField, "ByteLevel with add_prefix_space is not supported");
      }
      if (fields_.flag(step, kField, "use_regex", true)) {
        parts_.passes.push_back(PreTokenizer::gpt2());
        parts_.pre_tokenizer += "byte level words\n";
      }
    } else {
      refuse(kField, fmt::format("'{}' is not supported", printable(type)));
    }
  }

  void add_split(const json::object& step) {
    constexpr std::string_view kField = "pre_tokenizer.Split";
    const json::value* pattern = JsonFieldsOfFile::member(step, "pattern");
    if (pattern == nullptr) refuse(kField, "the pattern is missing");
    const std::string regex = fields_.text(fields_.as_object(*pattern, kField), kField, "Regex");
    const std::string behavior = fields_.text(step, kField, "behavior");
    const bool invert = fields_.flag(step, kField, "invert");
    // "Removed" of what is not matched leaves the matches; these patterns match everything.
    const bool isolates = (behavior == "Isolated" && !invert) || (behavior == "Removed" && invert);
    if (!isolates) {
      refuse(kField, fmt::format("behavior '{}'{} is not supported", printable(behavior),
                                 invert ? ", inverted," : ""));
    }
    const Scanner scanner = PreTokenizer::for_regex(regex);
    if (scanner == nullptr) {
      refuse(kField, fmt::format("the pattern {} is not one of those that are known",
                                 printable(regex, 400)));
    }
    parts_.passes.push_back(scanner);
    parts_.pre_tokenizer += regex + "\n";
  }

  const JsonFieldsOfFile& fields_;
  bool from_characters_;
  TokenizerParts& parts_;
};

}  // namespace

void read_text_rules(const JsonFieldsOfFile& fields, const json::object& root, bool from_characters,
                     TokenizerParts& parts) {
  Rules(fields, from_characters, parts).read(root);
}

}  // namespace candor::engine
