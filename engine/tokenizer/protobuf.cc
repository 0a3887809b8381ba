#include "engine/tokenizer/protobuf.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/files/file_error.h"

namespace candor::engine {

bool ProtobufReader::next() {
  if (at_ == bytes_.size()) return false;
  begin_ = at_;
  const std::uint64_t key = varint();
  if (key >> 3 == 0 || key >> 3 > 0x1FFFFFFF) refuse("a field number that cannot be");
  field_ = static_cast<std::uint32_t>(key >> 3);
  type_ = static_cast<std::uint32_t>(key & 7);
  begin_ = at_;
  std::uint64_t length = 0;
  switch (type_) {
    case kVarint:
      integer_ = varint();
      return true;
    case kFixed64:
      length = 8;
      break;
    case kFixed32:
      length = 4;
      break;
    case kDelimited:
      length = varint();
      begin_ = at_;
      break;
    default:
      refuse(fmt::format("wire type {} is not one of protocol buffers' 0, 1, 2, 5", type_));
  }
  if (length > bytes_.size() - at_) {
    refuse(fmt::format("{} bytes are announced, the message has {} more", length,
                       bytes_.size() - at_));
  }
  at_ += static_cast<std::size_t>(length);
  return true;
}

std::uint64_t ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ == bytes_.size()) refuse("the message ends within a number");
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  refuse("a number of more than 64 bits");
}

void ProtobufReader::expect(WireType type, std::string_view name) const {
  if (type_ != type) refuse(fmt::format("is not {} (wire type {})", name, type_));
}

std::uint64_t ProtobufReader::integer() const {
  expect(kVarint, "an integer");
  return integer_;
}

float ProtobufReader::number() const {
  expect(kFixed32, "a number of 32 bits");
  float value;
  std::memcpy(&value, bytes_.data() + begin_, sizeof(value));
  return value;
}

std::string_view ProtobufReader::text() const {
  expect(kDelimited, "a text or a message");
  return bytes_.substr(begin_, at_ - begin_);
}

ProtobufReader ProtobufReader::message(std::string_view name) const {
  return {file_, name, text(), offset()};
}

void ProtobufReader::refuse(std::string_view what) const {
  const std::string place =
      field_ == 0 ? std::string(message_) : fmt::format("{}, field {}", message_, field_);
  fail_at(file_, place, what, offset());
}

}  // namespace candor::engine
