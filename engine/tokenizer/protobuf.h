// Reads the wire format of protocol buffers (varints and length-delimited fields), one field of a
// message after the other. It knows no schema. Every length is checked against the message; an
// error names the file, the message and the offset.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace candor::engine {

class ProtobufReader {
 public:
  // `offset`: where `bytes` begin in the file. Keeps the views; `message` is for errors.
  ProtobufReader(std::string_view file, std::string_view message, std::string_view bytes,
                 std::uint64_t offset = 0)
      : file_(file), message_(message), bytes_(bytes), base_(offset) {}

  // Moves to the next field; false at the end of the message. A field that nothing is asked about
  // is passed over.
  bool next();

  std::uint32_t field() const { return field_; }
  std::uint64_t offset() const { return base_ + begin_; }  // of the field's value

  // The value of the field, with what is expected of its wire type.
  std::uint64_t integer() const;
  float number() const;  // 32 bits
  std::string_view text() const;
  ProtobufReader message(std::string_view name) const;

  [[noreturn]] void refuse(std::string_view what) const;

 private:
  enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

  std::uint64_t varint();
  void expect(WireType type, std::string_view name) const;

  std::string_view file_;
  std::string_view message_;
  std::string_view bytes_;
  std::uint64_t base_;
  std::size_t at_ = 0;     // behind the field
  std::size_t begin_ = 0;  // of its value
  std::uint32_t field_ = 0;
  std::uint32_t type_ = 0;
  std::uint64_t integer_ = 0;
};

}  // namespace candor::engine
