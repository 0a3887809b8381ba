#include "engine/files/gguf.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <limits>
#include <random>

#include "data/base/error.h"
#include "engine/files/gguf_parse.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::GgufWriter;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

GgufContents parse(const std::string& bytes) {
  return parse_gguf("m.gguf", std::as_bytes(std::span(bytes)));
}

// The message of the error, or "" when the bytes were accepted.
std::string error_of(const std::string& bytes) {
  try {
    parse(bytes);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string error_of(const GgufWriter& writer) { return error_of(writer.bytes()); }

GgufWriter one_tensor(std::vector<std::uint64_t> dimensions, std::uint32_t type,
                      std::uint64_t offset = 0, std::size_t data = 64) {
  GgufWriter writer;
  writer.raw_tensor("w", dimensions, type, offset).raw_data(std::string(data, '\1'));
  return writer;
}

TEST(GgufTest, ReadsEveryKindOfValue) {
  GgufWriter writer;
  writer.raw_entry("u8", 0, GgufWriter::pack<std::uint8_t>(200))
      .raw_entry("i8", 1, GgufWriter::pack<std::int8_t>(-3))
      .raw_entry("u16", 2, GgufWriter::pack<std::uint16_t>(65535))
      .raw_entry("i16", 3, GgufWriter::pack<std::int16_t>(-300))
      .integer("u32", 4000000000u)
      .raw_entry("i32", 5, GgufWriter::pack<std::int32_t>(-5))
      .number("f32", 1e-6F)
      .boolean("yes", true)
      .text("text", "a ⏎ b")
      .raw_entry("u64", 10, GgufWriter::pack(kHuge))
      .raw_entry("i64", 11, GgufWriter::pack<std::int64_t>(-1))
      .raw_entry("f64", 12, GgufWriter::pack(2.5))
      .texts("texts", std::vector<std::string>{"", "x", std::string(100, 'y')})
      .integers("integers", std::vector<std::int32_t>{-1, 2})
      .numbers("numbers", std::vector<float>{0.5F})
      .array<std::uint8_t>("flags", GgufWriter::kBool, std::vector<std::uint8_t>{1, 0});
  const tests::TempFolder folder;
  writer.write(folder.path() / "m.gguf");
  const auto file = GgufFile::open(folder.path() / "m.gguf");

  EXPECT_EQ(file->find_integer("u8"), 200);
  EXPECT_EQ(file->find_integer("i8"), -3);
  EXPECT_EQ(file->find_integer("u16"), 65535);
  EXPECT_EQ(file->find_integer("i16"), -300);
  EXPECT_EQ(file->integer("u32"), 4000000000);
  EXPECT_EQ(file->find_integer("i32"), -5);
  EXPECT_EQ(file->number("f32"), double{1e-6F});
  EXPECT_EQ(file->number("i32"), -5.0);
  EXPECT_EQ(file->find_boolean("yes"), true);
  EXPECT_EQ(file->text("text"), "a ⏎ b");
  EXPECT_EQ(file->find_integer("i64"), -1);
  EXPECT_EQ(file->find_number("f64"), 2.5);
  EXPECT_THAT(*file->find_texts("texts"), ElementsAre("", "x", std::string(100, 'y')));
  EXPECT_THAT(*file->find_integers("integers"), ElementsAre(-1, 2));
  EXPECT_THAT(*file->find_numbers("numbers"), ElementsAre(0.5));
  EXPECT_THAT(*file->find_booleans("flags"), ElementsAre(true, false));
  EXPECT_EQ(file->keys().size(), 16u);
  EXPECT_EQ(file->keys().front(), "u8");
  EXPECT_EQ(file->value("none"), nullptr);
  EXPECT_EQ(file->find_integer("none"), std::nullopt);
  EXPECT_EQ(file->find_texts("none"), nullptr);
  EXPECT_TRUE(file->tensors().empty());
}

TEST(GgufTest, TypedAccessNamesFileAndKey) {
  GgufWriter writer;
  writer.integer("n", 3)
      .text("t", "x")
      .number("nan", std::nanf(""))
      .integers("list", std::vector<std::int32_t>{8, 4})
      .raw_entry("u64", 10, GgufWriter::pack(kHuge));
  const tests::TempFolder folder;
  writer.write(folder.path() / "m.gguf");
  const auto file = GgufFile::open(folder.path() / "m.gguf");
  const auto expect_error = [&](auto&& call, const char* key, const char* what) {
    try {
      call();
      ADD_FAILURE() << key << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("m.gguf: "), HasSubstr(key), HasSubstr(what)));
    }
  };
  expect_error([&] { file->find_text("n"); }, "n: ", "is not a string");
  expect_error([&] { file->find_integer("t"); }, "t: ", "is not an integer");
  expect_error([&] { file->find_number("t"); }, "t: ", "is not a number");
  expect_error([&] { file->find_boolean("n"); }, "n: ", "is not a boolean");
  expect_error([&] { file->find_texts("t"); }, "t: ", "is not an array of strings");
  expect_error([&] { file->find_integers("n"); }, "n: ", "is not an array of integers");
  expect_error([&] { file->find_booleans("n"); }, "n: ", "is not an array of booleans");
  expect_error([&] { file->find_integer("list"); }, "list: ", "is not an integer");
  expect_error([&] { file->find_number("nan"); }, "nan: ", "finite");
  expect_error([&] { file->find_integer("u64"); }, "u64: ", "out of range");
  expect_error([&] { file->integer("gone"); }, "gone: ", "missing");
  expect_error([&] { file->number("gone"); }, "gone: ", "missing");
  expect_error([&] { file->text("gone"); }, "gone: ", "missing");
}

TEST(GgufTest, TensorsHaveShapeSlowestFirstAndTheirBytes) {
  GgufWriter writer;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  writer.tensor_f32("a", {2, 3}, values);
  writer.tensor("b", 8, {1, 32}, std::string(34, 'q'));  // one Q8_0 block
  const tests::TempFolder folder;
  writer.write(folder.path() / "m.gguf");
  const auto file = GgufFile::open(folder.path() / "m.gguf");

  ASSERT_EQ(file->tensors().size(), 2u);
  const TensorView* a = file->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_THAT(a->shape, ElementsAre(2, 3));
  EXPECT_EQ(a->format, kernels::BlockFormat::kF32);
  ASSERT_EQ(a->bytes.size(), 24u);
  EXPECT_EQ(std::memcmp(a->bytes.data(), values.data(), 24), 0);
  const TensorView* b = file->find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->format, kernels::BlockFormat::kQ8_0);
  EXPECT_EQ(b->bytes.size(), 34u);
  EXPECT_EQ(file->find("c"), nullptr);

  file->release(*a);  // the bytes are still there, read from the file again
  EXPECT_EQ(std::memcmp(a->bytes.data(), values.data(), 24), 0);

  const std::vector<std::size_t> right = {2, 3}, wrong = {3, 2};
  EXPECT_EQ(&file->need("a", right), a);
  const auto message = [&](const char* name, const std::vector<std::size_t>& shape) {
    try {
      file->need(name, shape);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message("a", wrong),
              AllOf(HasSubstr("m.gguf: tensor 'a'"), HasSubstr("[2, 3], expected [3, 2]")));
  EXPECT_THAT(message("c", wrong), AllOf(HasSubstr("tensor 'c'"), HasSubstr("missing")));
}

TEST(GgufTest, EveryTruncationIsRefused) {
  GgufWriter writer;
  writer.integer("n", 7)
      .texts("texts", std::vector<std::string>{"ab", "c"})
      .boolean("b", true)
      .tensor_f32("a", {2, 3}, std::vector<float>(6, 1.0F))
      .tensor_f32("b", {8}, std::vector<float>(8, 1.0F));
  const std::string whole = writer.bytes();
  ASSERT_EQ(error_of(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(error_of(whole.substr(0, size)),
                AllOf(HasSubstr("m.gguf: "), HasSubstr("(offset ")))
        << "cut to " << size << " of " << whole.size();
  }
}

TEST(GgufTest, HeaderFaults) {
  EXPECT_THAT(error_of(std::string()), HasSubstr("empty"));
  EXPECT_THAT(error_of(std::string("GGU")), HasSubstr("not a GGUF file"));
  EXPECT_THAT(error_of(std::string("<html><body>Not found")), HasSubstr("not a GGUF file"));
  EXPECT_THAT(error_of(std::string("version https://git-lfs.github.com/spec/v1\n")),
              HasSubstr("Git LFS pointer"));
  EXPECT_THAT(error_of(std::string(1000, '\0')), HasSubstr("\\x00"));
  for (const std::uint32_t version : {0u, 1u, 4u, 77u, 0x03000000u}) {
    GgufWriter writer;
    writer.version = version;
    EXPECT_THAT(error_of(writer), AllOf(HasSubstr("m.gguf: version: "), HasSubstr("(offset 4)")));
  }
  GgufWriter big;
  big.version = 0x03000000;
  EXPECT_THAT(error_of(big), HasSubstr("the file is big-endian"));
  GgufWriter first;
  first.version = 1;
  EXPECT_THAT(error_of(first), HasSubstr("version 1 is not supported"));
  GgufWriter old;
  old.version = 2;
  EXPECT_EQ(error_of(old), "");
}

TEST(GgufTest, CountsThatTheFileCannotHold) {
  for (const std::uint64_t count :
       {kHuge, kHuge / 2, kHuge / 24 + 2, std::uint64_t{1} << 40, std::uint64_t{2}}) {
    GgufWriter tensors = one_tensor({16}, 0);
    tensors.claimed_tensors = count;
    EXPECT_THAT(error_of(tensors), HasSubstr("(offset ")) << count;
    GgufWriter entries = one_tensor({16}, 0);
    entries.claimed_entries = count;
    EXPECT_THAT(error_of(entries), HasSubstr("(offset ")) << count;
  }
}

TEST(GgufTest, LengthsPastTheEnd) {
  const auto text_of = [](std::uint64_t length) { return GgufWriter::pack(length) + "abc"; };
  const auto array_of = [](std::uint32_t type, std::uint64_t count) {
    return GgufWriter::pack(type) + GgufWriter::pack(count) + "abcdefgh";
  };
  for (const std::uint64_t length :
       {kHuge, kHuge - 7, std::uint64_t{1} << 63, std::uint64_t{1} << 60, std::uint64_t{1} << 31,
        std::uint64_t{4}}) {
    EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kString, text_of(length))),
                AllOf(HasSubstr("m.gguf: k: "), HasSubstr("(offset ")))
        << length;
  }
  for (std::uint32_t type = 0; type <= 12; ++type) {
    for (const std::uint64_t count :
         {kHuge, kHuge / 8 + 2, std::uint64_t{1} << 61, std::uint64_t{9}}) {
      EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kArray, array_of(type, count))),
                  AllOf(HasSubstr("m.gguf: k"), HasSubstr("(offset ")))
          << type << " x " << count;
    }
  }
}

TEST(GgufTest, TypesThatAreNone) {
  for (const std::uint32_t type : {13u, 99u, 0xFFFFFFFFu}) {
    EXPECT_THAT(error_of(GgufWriter().raw_entry("k", type, std::string(16, '\0'))),
                HasSubstr("k: unknown value type"));
    EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kArray,
                                                GgufWriter::pack(type) + std::string(16, '\0'))),
                HasSubstr("k: unknown element type"));
  }
  EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kBool, "\2")),
              HasSubstr("k: 2 is not a boolean"));
  const std::string nested =
      GgufWriter::pack<std::uint32_t>(9) + GgufWriter::pack<std::uint64_t>(1);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += nested;
  EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kArray, nested + nested)),
              HasSubstr("arrays of arrays"));
  EXPECT_THAT(error_of(GgufWriter().raw_entry("k", GgufWriter::kArray, deep)),
              HasSubstr("arrays of arrays"));
}

TEST(GgufTest, KeysThatAreNone) {
  EXPECT_THAT(error_of(GgufWriter().integer("", 1)), HasSubstr("empty key"));
  EXPECT_THAT(error_of(GgufWriter().integer(std::string(70000, 'k'), 1)), HasSubstr("at most"));
  EXPECT_THAT(error_of(GgufWriter().integer("k\xff", 1)), HasSubstr("'k\\xff' is not UTF-8"));
  EXPECT_THAT(error_of(GgufWriter().integer(std::string("a\0b", 3), 1)), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of(GgufWriter().integer("k", 1).integer("j", 1).integer("k", 2)),
              HasSubstr("k: the key is there twice"));
}

TEST(GgufTest, MessagesAreOnePrintableShortLine) {
  const std::string key = "\x1b[31m\n\xe2\x80\xae<script>" + std::string(60000, 'x');
  const std::string message = error_of(GgufWriter().raw_entry(key, 99, "abcdefgh"));
  EXPECT_THAT(message, HasSubstr("\\x1b[31m\\x0a<U+202E><script>"));
  EXPECT_LT(message.size(), 8192u);
  EXPECT_EQ(message.find_first_of("\x1b\n"), std::string::npos);
}

TEST(GgufTest, Alignment) {
  for (const std::uint32_t bad : {0u, 3u, 12u, 0x80000000u}) {
    EXPECT_THAT(error_of(GgufWriter().integer("general.alignment", bad)),
                HasSubstr("general.alignment: must be"));
  }
  EXPECT_THAT(error_of(GgufWriter().text("general.alignment", "32")), HasSubstr("must be"));
  EXPECT_THAT(
      error_of(GgufWriter().raw_entry("general.alignment", 5, GgufWriter::pack<std::int32_t>(32))),
      HasSubstr("must be"));
  for (const std::uint32_t good : {8u, 64u, 65536u}) {
    GgufWriter writer;
    writer.alignment = good;
    writer.integer("general.alignment", good).tensor_f32("a", {2}, std::vector<float>{1, 2});
    const std::string bytes = writer.bytes();
    const GgufContents contents = parse(bytes);
    float first = 0;
    std::memcpy(&first, contents.tensors.front().bytes.data(), 4);
    EXPECT_EQ(first, 1.0F) << good;
  }
}

TEST(GgufTest, WhatAFileSaysAboutItsParts) {
  const auto with = [](std::string_view key, std::uint16_t count) {
    return GgufWriter().raw_entry(key, GgufWriter::kUint16, GgufWriter::pack(count));
  };
  for (const std::uint16_t count : {std::uint16_t{0}, std::uint16_t{1}}) {
    EXPECT_EQ(parse(with("split.count", count).bytes()).split.count, 1u);
  }
  const GgufSplit split =
      parse(with("split.count", 3)
                .integer("split.no", 2)
                .raw_entry("split.tensors.count", 5, GgufWriter::pack<std::int32_t>(7))
                .bytes())
          .split;
  EXPECT_EQ(split.number, 2u);
  EXPECT_EQ(split.count, 3u);
  EXPECT_EQ(split.tensors, 7u);
  EXPECT_EQ(parse(GgufWriter().bytes()).split.tensors, std::nullopt);
  EXPECT_THAT(error_of(GgufWriter().text("split.count", "3")), HasSubstr("split.count: must be"));
  EXPECT_THAT(error_of(GgufWriter().raw_entry("split.tensors.count", 5,
                                              GgufWriter::pack<std::int32_t>(-1))),
              HasSubstr("must be"));
  EXPECT_THAT(error_of(with("split.no", 3).integer("split.count", 3)),
              HasSubstr("split.no: 3 of 3 parts"));
}

class GgufPartsTest : public testing::Test {
 protected:
  // Part `number` (from 0 on) of 3 with one tensor, which holds 2 values, both `number`.
  static GgufWriter part(std::uint16_t number, std::string_view tensor, std::uint16_t count = 3,
                         std::int32_t tensors = 3) {
    GgufWriter writer;
    if (number == 0) writer.text("general.name", "whole").integer("n", 7);
    writer.raw_entry("split.no", GgufWriter::kUint16, GgufWriter::pack(number))
        .raw_entry("split.count", GgufWriter::kUint16, GgufWriter::pack(count))
        .raw_entry("split.tensors.count", GgufWriter::kInt32, GgufWriter::pack(tensors))
        .tensor_f32(tensor, {2}, std::vector<float>(2, static_cast<float>(number)));
    return writer;
  }
  std::filesystem::path path(int number, int count = 3) const {
    return folder_.path() / fmt::format("m-{:05}-of-{:05}.gguf", number, count);
  }
  void write_all() const {
    part(0, "a").write(path(1));
    part(1, "b").write(path(2));
    part(2, "c").write(path(3));
  }
  std::string open_error(const std::filesystem::path& file) const {
    try {
      GgufFile::open(file);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }

  tests::TempFolder folder_;
};

TEST_F(GgufPartsTest, AnyPartOpensAll) {
  write_all();
  std::uint64_t bytes = 0;
  for (int number = 1; number <= 3; ++number) bytes += std::filesystem::file_size(path(number));
  for (int given = 1; given <= 3; ++given) {
    const auto file = GgufFile::open(path(given));
    EXPECT_EQ(file->text("general.name"), "whole");
    EXPECT_EQ(file->integer("n"), 7);
    ASSERT_EQ(file->tensors().size(), 3u);
    for (const auto& [name, value] : {std::pair("a", 0.0F), {"b", 1.0F}, {"c", 2.0F}}) {
      const TensorView* tensor = file->find(name);
      ASSERT_NE(tensor, nullptr) << name;
      file->release(*tensor);
      float stored = -1;
      std::memcpy(&stored, tensor->bytes.data() + 4, 4);
      EXPECT_EQ(stored, value) << name;
    }
    EXPECT_THAT(file->files(), ElementsAre(path(1), path(2), path(3)));
    EXPECT_EQ(file->file_bytes(), bytes);
    EXPECT_EQ(file->path(), path(1).string());
    EXPECT_THAT(gguf_parts(path(given)), ElementsAre(path(1), path(2), path(3)));
  }
}

TEST_F(GgufPartsTest, OneFileIsItsOnlyPart) {
  GgufWriter writer;
  writer.tensor_f32("a", {2}, std::vector<float>{1, 2});
  for (const char* name : {"m.gguf", "m-00001-of-00001.gguf", "m-1-of-3.gguf",
                           "m-00004-of-00003.gguf", "m-00001-of-0000x.gguf"}) {
    const auto file = folder_.path() / name;
    writer.write(file);
    const auto opened = GgufFile::open(file);
    EXPECT_THAT(opened->files(), ElementsAre(file));
    EXPECT_EQ(opened->file_bytes(), std::filesystem::file_size(file));
    EXPECT_THAT(gguf_parts(file), ElementsAre(file));
  }
}

TEST_F(GgufPartsTest, MissingAndForeignPartsAreNamed) {
  write_all();
  std::filesystem::remove(path(2));
  for (const int given : {1, 3}) {
    EXPECT_THAT(open_error(path(given)), AllOf(HasSubstr("m-00002-of-00003.gguf"),
                                               HasSubstr("part 2 of 3"), HasSubstr("is missing")));
  }
  part(2, "b").write(path(2));  // the third under the name of the second
  EXPECT_THAT(open_error(path(1)), AllOf(HasSubstr("m-00002-of-00003.gguf: split.no"),
                                         HasSubstr("is part 3 of 3, its name says 2 of 3")));
  part(1, "b", 4).write(path(2));
  EXPECT_THAT(open_error(path(1)), HasSubstr("is part 2 of 4, its name says 2 of 3"));
  part(1, "a").write(path(2));
  EXPECT_THAT(open_error(path(1)),
              AllOf(HasSubstr("m-00002-of-00003.gguf: tensor 'a'"), HasSubstr("is in part 1 too")));
  part(1, "b", 3, 4).write(path(2));
  EXPECT_THAT(open_error(path(1)), AllOf(HasSubstr("m-00002-of-00003.gguf: split.tensors.count"),
                                         HasSubstr("parts of the same model")));
  part(1, "b").tensor_f32("d", {1}, std::vector<float>{1}).write(path(2));
  EXPECT_THAT(open_error(path(3)), HasSubstr("3 tensors, but the 3 parts have 4"));
  folder_.write(path(2).filename().string(), "GGUF");
  EXPECT_THAT(open_error(path(1)), HasSubstr("m-00002-of-00003.gguf: version"));
}

TEST_F(GgufPartsTest, NamesAndKeysMustAgree) {
  part(1, "b").write(folder_.path() / "part.gguf");
  EXPECT_THAT(open_error(folder_.path() / "part.gguf"),
              AllOf(HasSubstr("part.gguf: split.no: is part 2 of 3"),
                    HasSubstr("must be named NAME-00002-of-00003.gguf")));
  part(1, "b").write(path(1));
  EXPECT_THAT(open_error(path(1)), HasSubstr("NAME-00002-of-00003.gguf"));
  GgufWriter().integer("n", 1).write(path(1));
  EXPECT_THAT(open_error(path(1)),
              AllOf(HasSubstr("split.count: the name says that this is part 1 of 3"),
                    HasSubstr("rename it")));
  part(0, "a", 2000).write(path(1, 2000));
  EXPECT_THAT(open_error(path(1, 2000)), HasSubstr("2000 parts, at most"));
}

TEST(GgufTest, ShapesThatCannotBe) {
  const auto negative = static_cast<std::uint64_t>(-1);
  EXPECT_THAT(error_of(one_tensor({}, 0)), HasSubstr("tensor 'w': 0 dimensions"));
  EXPECT_THAT(error_of(one_tensor({1, 1, 1, 1, 1}, 0)), HasSubstr("5 dimensions"));
  EXPECT_THAT(error_of(one_tensor({0}, 0)), HasSubstr("dimension of 0"));
  EXPECT_THAT(error_of(one_tensor({4, 0}, 0)), HasSubstr("dimension of 0"));
  EXPECT_THAT(error_of(one_tensor({negative}, 0)), HasSubstr("is too large"));
  EXPECT_THAT(error_of(one_tensor({std::uint64_t{1} << 32, std::uint64_t{1} << 32, 16}, 0)),
              HasSubstr("is too large"));
  // 2^62 + 4 values of 4 bytes wrap to 16 bytes.
  EXPECT_THAT(error_of(one_tensor({(std::uint64_t{1} << 62) + 4}, 0)), HasSubstr("is too large"));
  EXPECT_THAT(error_of(one_tensor({48}, 8)), HasSubstr("does not divide into blocks of 32"));
  EXPECT_THAT(error_of(one_tensor({16, 2}, 8)), HasSubstr("does not divide into blocks of 32"));
}

TEST(GgufTest, TypesWithoutLayoutAreRefusedByTensorAndId) {
  EXPECT_THAT(error_of(one_tensor({256}, 40)),
              AllOf(HasSubstr("tensor 'w'"), HasSubstr("weight type 40 (NVFP4)")));
  EXPECT_THAT(error_of(one_tensor({256}, 31)), HasSubstr("weight type 31 (Q4_0_4_4, withdrawn)"));
  // 1000 … are formats of safetensors files.
  for (const std::uint32_t type : {4u, 9u, 15u, 37u, 42u, 999u, 1000u, 1003u, 0xFFFFFFFFu}) {
    EXPECT_THAT(error_of(one_tensor({16}, type)), HasSubstr("weight type " + std::to_string(type)));
  }
}

TEST(GgufTest, EveryTypeWithALayoutIsRead) {
  int types = 0;
  for (std::uint32_t type = 0; type < 64; ++type) {
    const kernels::BlockLayout* layout = kernels::gguf_block_layout(type);
    if (layout == nullptr) continue;
    ++types;
    const std::size_t bytes = 512 / layout->elements * layout->bytes;
    const std::string file = one_tensor({512}, type, 0, bytes).bytes();
    const GgufContents contents = parse(file);
    EXPECT_EQ(contents.tensors.at(0).bytes.size(), bytes) << layout->name;
    EXPECT_EQ(contents.tensors.at(0).format, static_cast<kernels::BlockFormat>(type));
  }
  EXPECT_EQ(types, 30);
}

TEST(GgufTest, OffsetsThatCannotBe) {
  EXPECT_EQ(error_of(one_tensor({16}, 0, 0)), "");
  EXPECT_THAT(error_of(one_tensor({8}, 0, 1)), HasSubstr("not a multiple of the alignment"));
  for (const std::uint64_t offset : {std::uint64_t{32}, std::uint64_t{1} << 30, kHuge - 31,
                                     kHuge - 31 - 96, std::uint64_t{1} << 63}) {
    EXPECT_THAT(error_of(one_tensor({16}, 0, offset)),
                AllOf(HasSubstr("tensor 'w'"), HasSubstr("(offset ")))
        << offset;
  }
  // An offset that wraps to the first byte of the file.
  GgufWriter wrapping = one_tensor({1}, 0);
  const std::uint64_t start = (wrapping.header().size() + 31) / 32 * 32;
  EXPECT_THAT(error_of(one_tensor({1}, 0, -start)), HasSubstr("past the end"));
}

TEST(GgufTest, OverlapsAreRefusedHolesAndOrderAreNot) {
  const auto two = [](std::uint64_t first, std::uint64_t second) {
    GgufWriter writer;
    writer.raw_tensor("a", std::vector<std::uint64_t>{16}, 0, first)
        .raw_tensor("b", std::vector<std::uint64_t>{16}, 0, second)
        .raw_data(std::string(256, '\0'));
    return error_of(writer);
  };
  EXPECT_EQ(two(0, 64), "");
  EXPECT_EQ(two(64, 0), "");
  EXPECT_EQ(two(0, 192), "");
  EXPECT_THAT(two(0, 0), HasSubstr("overlap"));
  EXPECT_THAT(two(0, 32), HasSubstr("tensor 'b': its bytes overlap"));
  EXPECT_THAT(two(32, 0), HasSubstr("tensor 'a': its bytes overlap"));
}

TEST(GgufTest, TensorNames) {
  const auto named = [](std::string_view name) {
    GgufWriter writer;
    writer.tensor_f32(name, {1}, std::vector<float>{1});
    return writer;
  };
  EXPECT_EQ(error_of(named(std::string(64, 'n'))), "");
  EXPECT_THAT(error_of(named(std::string(65, 'n'))), HasSubstr("at most 64"));
  EXPECT_THAT(error_of(named("")), HasSubstr("empty name"));
  EXPECT_THAT(error_of(named("\xc3")), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of(named("a").tensor_f32("a", {1}, std::vector<float>{1})),
              HasSubstr("tensor 'a': the tensor is there twice"));
}

TEST(GgufTest, TrailingDataIsRefusedPaddingIsNot) {
  GgufWriter writer;
  writer.tensor_f32("a", {8}, std::vector<float>(8, 1));
  const std::string bytes = writer.bytes();
  EXPECT_EQ(error_of(bytes + std::string(4096, '\0')), "");
  EXPECT_THAT(error_of(bytes + bytes), HasSubstr("two files joined"));
  EXPECT_THAT(error_of(bytes + "x"), HasSubstr("1 bytes follow the last tensor"));
}

TEST(GgufTest, AHeaderMayNotTakeEndlessMemory) {
  // 20 million bytes as numbers would be 160 MB.
  const std::string payload = GgufWriter::pack<std::uint32_t>(GgufWriter::kUint8) +
                              GgufWriter::pack<std::uint64_t>(20000000);
  GgufWriter writer;
  writer.raw_entry("k", GgufWriter::kArray, payload + std::string(20000000, '\1'));
  EXPECT_THAT(error_of(writer), AllOf(HasSubstr("k: "), HasSubstr("more memory")));
}

TEST(GgufTest, ASparseFileWithAGiganticStringIsRefused) {
  const tests::TempFolder folder;
  GgufWriter writer;
  writer.raw_entry("k", GgufWriter::kString, GgufWriter::pack(std::uint64_t{60} << 30));
  writer.write(folder.path() / "m.gguf");
  std::filesystem::resize_file(folder.path() / "m.gguf", std::uintmax_t{64} << 30);
  try {
    GgufFile::open(folder.path() / "m.gguf");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("m.gguf: k: "), HasSubstr("at most")));
  }
}

TEST(GgufTest, OnlyOrdinaryFilesAreOpened) {
  const tests::TempFolder folder;
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  for (const std::filesystem::path& path :
       {folder.path(), folder.path() / "pipe", folder.path() / "none",
        std::filesystem::path("/dev/zero")}) {
    EXPECT_THROW(GgufFile::open(path), Error) << path;
  }
}

TEST(GgufTest, DamagedBytesNeverEscapeTheFile) {
  GgufWriter writer;
  writer.integer("n", 7)
      .texts("texts", std::vector<std::string>{"ab", "c"})
      .integers("integers", std::vector<std::int32_t>{1, 2, 3})
      .tensor_f32("a", {2, 3}, std::vector<float>(6, 1.0F))
      .tensor("b", 8, {2, 32}, std::string(68, '\3'));
  const std::string whole = writer.bytes();
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = whole;
    for (int k = static_cast<int>(random() % 3); k >= 0; --k) {
      static constexpr unsigned char kBytes[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
      bytes[random() % bytes.size()] =
          static_cast<char>(random() % 2 == 0 ? kBytes[random() % 5] : random() % 256);
    }
    try {
      for (const TensorView& tensor : parse(bytes).tensors) {
        const char* begin = reinterpret_cast<const char*>(tensor.bytes.data());
        ASSERT_GE(begin, bytes.data());
        ASSERT_LE(begin + tensor.bytes.size(), bytes.data() + bytes.size());
      }
      ++accepted;
    } catch (const Error& error) {
      ASSERT_LT(std::string_view(error.what()).size(), 8192u);
    }
  }
  EXPECT_GT(accepted, 0);
}

TEST(GgufTest, ReferenceVocabulariesOpen) {
  CANDOR_NEEDS_SHARED("golden/tokenizers");
  for (const char* name : {"qwen2", "gpt-2", "llama-bpe", "deepseek-llm", "llama-spm"}) {
    const auto path = tests::shared_path("golden/tokenizers") / name / "vocab.gguf";
    CANDOR_NEEDS_SHARED(path.string());
    const auto file = GgufFile::open(path);
    EXPECT_GT(file->find_texts("tokenizer.ggml.tokens")->size(), 1000u) << name;
    EXPECT_EQ(file->find_texts("tokenizer.ggml.tokens")->size(),
              file->find_integers("tokenizer.ggml.token_type")->size());
  }
}

}  // namespace
}  // namespace candor::engine
