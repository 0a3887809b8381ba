#include "runner/replay/json_stream.h"

#include <boost/json/basic_parser_impl.hpp>

#include "data/base/error.h"

namespace candor::runner {

namespace json = boost::json;

namespace {

using Code = boost::system::error_code;
constexpr std::size_t kDepth = 128;

// What both listeners have in common. The names are those that boost::json::basic_parser calls.
struct Listener {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }
};

// Builds the wanted values. Depth counts the containers that are open around a value.
class Builder : public Listener {
 public:
  explicit Builder(const JsonStream& wanted) : wanted_(wanted) {}

  JsonStreamFound found;

  bool on_object_begin(Code&) { return open(false); }
  bool on_array_begin(Code&) { return open(true); }
  bool on_object_end(std::size_t count, Code&) { return close(count, false); }
  bool on_array_end(std::size_t count, Code&) { return close(count, true); }

  bool on_key_part(json::string_view part, std::size_t, Code&) {
    if (names_a_choice()) key_ += part;
    if (building() && skip_at_ == 0 && depth_ != first_ + 1) stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code&) {
    if (names_a_choice()) {
      key_ += part;
      name_ = std::move(key_);
      key_.clear();
    }
    if (!building() || skip_at_ != 0) return true;
    if (depth_ != first_ + 1) {
      stack_.push_key(part);
    } else if (wanted_.skipped.contains(name_)) {
      skip_at_ = depth_;
      ++dropped_;
    } else {
      stack_.push_key(name_);
    }
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, Code&) {
    if (starts() && skip_at_ == 0) stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, Code&) {
    return scalar([&] { stack_.push_string(part); });
  }
  bool on_int64(std::int64_t value, json::string_view, Code&) {
    return scalar([&] { stack_.push_int64(value); });
  }
  bool on_uint64(std::uint64_t value, json::string_view, Code&) {
    return scalar([&] { stack_.push_uint64(value); });
  }
  bool on_double(double value, json::string_view, Code&) {
    return scalar([&] { stack_.push_double(value); });
  }
  bool on_bool(bool value, Code&) {
    return scalar([&] { stack_.push_bool(value); });
  }
  bool on_null(Code&) {
    return scalar([&] { stack_.push_null(); });
  }

 private:
  bool building() const { return building_; }

  // A key here decides what becomes of its value: at the top, or at the top of an element.
  bool names_a_choice() const {
    return skip_at_ == 0 && (depth_ == 1 || (building_ && depth_ == first_ + 1));
  }

  // Whether the value that begins now is part of one that is wanted; begins to build it.
  bool starts() {
    if (building_) return true;
    const auto begin = [&](bool element) {
      building_ = true;
      element_ = element;
      first_ = depth_;
      dropped_ = 0;
      top_name_ = depth_ == 1 && !in_array_ ? name_ : std::string();
      stack_.reset();
    };
    using Elements = JsonStream::Elements;
    switch (wanted_.elements) {
      case Elements::kWhole:
        begin(true);
        break;
      case Elements::kEntries:
        if (depth_ == 1 && in_array_) begin(true);
        break;
      case Elements::kMembers:
        if (depth_ == 1 && !in_array_) begin(true);
        break;
      case Elements::kList:
        if (depth_ == 2 && in_list_) begin(true);
        if (depth_ == 1 && !in_array_ && wanted_.members.contains(name_)) begin(false);
        break;
    }
    return building_;
  }

  bool open(bool array) {
    const bool wanted = starts();
    if (!wanted && depth_ == 0) in_array_ = array;
    if (!wanted && depth_ == 1 && array && !in_array_ && name_ == wanted_.list &&
        wanted_.elements == JsonStream::Elements::kList) {
      in_list_ = found.list = true;
    }
    ++depth_;
    return true;
  }

  bool close(std::size_t count, bool array) {
    --depth_;
    if (!building_) {
      if (depth_ == 1) in_list_ = false;
      return true;
    }
    const auto push = [&](std::size_t entries) {
      if (array) {
        stack_.push_array(entries);
      } else {
        stack_.push_object(entries);
      }
    };
    if (skip_at_ == 0) push(depth_ == first_ && !array ? count - dropped_ : count);
    finish_value();
    return true;
  }

  template <typename Push>
  bool scalar(Push push) {
    if (!starts()) return true;
    if (skip_at_ == 0) push();
    finish_value();
    return true;
  }

  // A value ended at depth_: a skipped one, a wanted one, or a part of one.
  void finish_value() {
    if (skip_at_ != 0) {
      if (depth_ == skip_at_) skip_at_ = 0;
      return;
    }
    if (depth_ != first_) return;
    building_ = false;
    const auto& give = element_ ? wanted_.on_element : wanted_.on_member;
    json::value value = stack_.release();
    if (give) give(top_name_, std::move(value));
  }

  const JsonStream& wanted_;
  json::value_stack stack_;
  std::size_t depth_ = 0;
  std::size_t first_ = 0;    // the depth of the value being built
  std::size_t skip_at_ = 0;  // the depth of the member being skipped; 0: none
  std::size_t dropped_ = 0;  // members of the element that were
  bool building_ = false;
  bool element_ = false;
  bool in_array_ = false;  // the document is one
  bool in_list_ = false;
  std::string key_, name_, top_name_;
};

class Names : public Listener {
 public:
  JsonHead head;

  bool on_object_begin(Code&) {
    if (depth_++ == 0) head.object = true;
    return true;
  }
  bool on_array_begin(Code&) {
    if (depth_++ == 0) head.array = true;
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, Code&) {
    key_ += part;
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code&) {
    key_ += part;
    if (depth_ == 1) head.names.push_back(key_);
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
  bool on_double(double, json::string_view, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }

 private:
  std::size_t depth_ = 0;
  std::string key_;
};

json::parse_options options() {
  json::parse_options chosen;
  chosen.max_depth = kDepth;
  return chosen;
}

}  // namespace

JsonStreamFound stream_json(ByteSource& bytes, const std::string& where, const JsonStream& wanted) {
  json::basic_parser<Builder> parser(options(), wanted);
  std::string piece(std::size_t{1} << 18, '\0');
  std::size_t done = 0;
  Code error;
  for (;;) {
    std::size_t size = bytes.read(piece);
    std::string_view text(piece.data(), size);
    if (done == 0 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const bool last = size == 0;
    if (!parser.done()) {
      const std::size_t used = parser.write_some(!last, text.data(), text.size(), error);
      if (error && last) fail("{}: not valid JSON: it is cut off after {} bytes", where, done);
      if (error) fail("{}: not valid JSON at byte {}: {}", where, done + used, error.message());
      text.remove_prefix(used);
    }
    if (parser.done() && text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      fail("{}: not valid JSON: there is something behind the document", where);
    }
    if (last) return parser.handler().found;
    done += size;
  }
}

JsonHead json_head(std::string_view head) {
  json::basic_parser<Names> parser(options());
  Code ignored;
  parser.write_some(true, head.data(), head.size(), ignored);
  return parser.handler().head;
}

}  // namespace candor::runner
