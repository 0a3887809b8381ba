#include "engine/files/safetensors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstring>
#include <random>
#include <tuple>

#include "data/base/error.h"
#include "engine/files/safetensors_parse.h"
#include "tests/support/shared.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string with_length(std::uint64_t length, const std::string& rest) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + rest;
}

std::string file_of(const std::string& header, const std::string& data) {
  return with_length(header.size(), header + data);
}

std::string error_of_bytes(const std::string& bytes) {
  try {
    parse_safetensors("m.safetensors", std::as_bytes(std::span(bytes)));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// One tensor, its entry as given, and so many bytes of data.
std::string error_of(const std::string& entry, std::size_t data = 8) {
  return error_of_bytes(file_of("{\"w\":" + entry + "}", std::string(data, '\1')));
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(SafetensorsTest, ReadsTensorsInAllTypes) {
  const std::string header = R"({"__metadata__":{"format":"pt"},)"
                             R"("b":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},)"
                             R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                             R"("scalar":{"dtype":"F16","shape":[],"data_offsets":[12,14]},)"
                             R"("none":{"dtype":"F16","shape":[0,4],"data_offsets":[14,14]}}   )";
  const std::string bytes = file_of(header, "AAAAAAAABBBBSS");
  const auto tensors = parse_safetensors("m", std::as_bytes(std::span(bytes)));
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[0].format, kernels::BlockFormat::kF32);
  EXPECT_THAT(tensors[0].shape, ElementsAre(2));
  EXPECT_EQ(static_cast<char>(tensors[0].bytes[7]), 'A');
  EXPECT_EQ(tensors[1].format, kernels::BlockFormat::kBF16);
  EXPECT_THAT(tensors[1].shape, ElementsAre(1, 2));
  EXPECT_EQ(static_cast<char>(tensors[1].bytes[0]), 'B');
  EXPECT_TRUE(tensors[2].shape.empty());
  EXPECT_EQ(tensors[2].bytes.size(), 2u);
  EXPECT_EQ(tensors[3].bytes.size(), 0u);
}

TEST(SafetensorsTest, HeaderLengths) {
  for (const std::uint64_t length :
       {std::uint64_t{1000}, ~std::uint64_t{0}, ~std::uint64_t{0} - 7, std::uint64_t{1} << 63,
        std::uint64_t{100000001}, std::uint64_t{2} << 56}) {
    EXPECT_THAT(error_of_bytes(with_length(length, "{}")),
                AllOf(HasSubstr("m.safetensors: header length: "), HasSubstr("(offset 0)")))
        << length;
  }
  EXPECT_THAT(error_of_bytes("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("Git LFS pointer"));
  EXPECT_THAT(error_of_bytes(""), HasSubstr("header length"));
  EXPECT_THAT(error_of_bytes("1234567"), HasSubstr("header length"));
  EXPECT_THAT(error_of_bytes(with_length(0, "")), HasSubstr("does not begin with '{'"));
  const std::uint64_t long_header = std::uint64_t{33} << 20;
  EXPECT_THAT(error_of_bytes(with_length(long_header, std::string(long_header, ' '))),
              HasSubstr("at most"));
  EXPECT_EQ(error_of_bytes(with_length(2, "{}")), "");
}

TEST(SafetensorsTest, HeadersThatAreNotJson) {
  for (const std::string header :
       {"[]", " {}", "\"x\"", "\xef\xbb\xbf{}", "{", "{]", "{\"a\":1,}", "{/**/}", "{\"a\":NaN}",
        "{} x", "{\"\xff\":1}", "{\"\\ud800\":1}", "{\"a\":01}", "{'a':1}"}) {
    EXPECT_THAT(error_of_bytes(file_of(header, "")), HasSubstr("m.safetensors: header: "))
        << header;
  }
  EXPECT_THAT(error_of_bytes(file_of(std::string("{}\0\0", 4), "")), HasSubstr("header"));
  std::string deep = "{\"a\":";
  deep += std::string(100000, '[');
  EXPECT_THAT(error_of_bytes(file_of(deep, "")), HasSubstr("header"));
}

TEST(SafetensorsTest, NamesAndFieldsOnlyOnce) {
  const std::string one = entry("\"F32\"", "[2]", "[0,8]");
  EXPECT_EQ(error_of(one), "");
  EXPECT_THAT(error_of_bytes(file_of("{\"w\":" + one + ",\"w\":" + one + "}", "AAAAAAAA")),
              HasSubstr("the key 'w' is there twice"));
  EXPECT_THAT(error_of(R"({"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]})"),
              HasSubstr("the key 'dtype' is there twice"));
  EXPECT_THAT(error_of_bytes(file_of("{\"a\\u0000b\":" + one + "}", "AAAAAAAA")),
              HasSubstr("is not a name"));
  EXPECT_THAT(error_of_bytes(file_of("{\"\":" + one + "}", "AAAAAAAA")), HasSubstr("not a name"));
  EXPECT_THAT(error_of_bytes(file_of("{\"" + std::string(1000000, 'n') + "\":" + one + "}", "A")),
              HasSubstr("not a name"));
}

TEST(SafetensorsTest, EveryTypeOfWholeBytesIsRead) {
  using kernels::BlockFormat;
  const std::tuple<const char*, std::size_t, BlockFormat> types[] = {
      {"F64", 8, BlockFormat::kF64},         {"F32", 4, BlockFormat::kF32},
      {"F16", 2, BlockFormat::kF16},         {"BF16", 2, BlockFormat::kBF16},
      {"F8_E4M3", 1, BlockFormat::kF8_E4M3}, {"F8_E5M2", 1, BlockFormat::kF8_E5M2},
      {"F8_E8M0", 1, BlockFormat::kF8_E8M0}, {"I64", 8, BlockFormat::kI64},
      {"I32", 4, BlockFormat::kI32},         {"I16", 2, BlockFormat::kI16},
      {"I8", 1, BlockFormat::kI8},           {"U8", 1, BlockFormat::kU8},
      {"BOOL", 1, BlockFormat::kBool}};
  for (const auto& [name, size, format] : types) {
    // A matrix of 3 x 5, one value without dimensions, and nothing of any shape with a 0.
    const std::string quoted = fmt::format("\"{}\"", name);
    const std::size_t whole = 15 * size, all = 16 * size;
    const std::string bytes =
        file_of("{\"w\":" + entry(quoted, "[3,5]", fmt::format("[0,{}]", whole)) +
                    ",\"one\":" + entry(quoted, "[]", fmt::format("[{},{}]", whole, all)) +
                    ",\"none\":" + entry(quoted, "[7,0]", fmt::format("[{0},{0}]", all)) + "}",
                std::string(all, '\1'));
    const auto tensors = parse_safetensors("m", std::as_bytes(std::span(bytes)));
    ASSERT_EQ(tensors.size(), 3u) << name;
    for (const TensorView& tensor : tensors) {
      EXPECT_EQ(tensor.format, format) << name;
      const std::size_t values = tensor.name == "w" ? 15 : tensor.name == "one" ? 1 : 0;
      EXPECT_EQ(tensor.bytes.size(), values * size) << name;
      EXPECT_EQ(tensor.shape.size(), tensor.name == "one" ? 0u : 2u) << name;
    }
  }
}

TEST(SafetensorsTest, TypesAreRefusedByTensorName) {
  // Values of less than a byte, other names, and formats that are GGUF's.
  for (const char* dtype : {"\"F4\"", "\"F6_E2M3\"", "\"C64\"", "\"f32\"", "\"\"", "\"X\"",
                            "\"Q8_0\"", "\"MXFP4\"", "\"F8_E4M3FN\"", "\"bool\""}) {
    EXPECT_THAT(error_of(entry(dtype, "[2]", "[0,8]")),
                AllOf(HasSubstr(std::string("tensor 'w': dtype '") +
                                std::string(dtype).substr(1, std::strlen(dtype) - 2) + "'"),
                      HasSubstr("is not supported"), HasSubstr("F8_E5M2")))
        << dtype;
  }
  for (const char* dtype : {"32", "null", "[]"}) {
    EXPECT_THAT(error_of(entry(dtype, "[2]", "[0,8]")), HasSubstr("tensor 'w'"));
  }
}

TEST(SafetensorsTest, EntriesThatCannotBe) {
  for (const char* whole :
       {"null", "7", "[]", "{}", R"({"dtype":"F32"})", R"({"dtype":"F32","shape":[2]})"}) {
    EXPECT_THAT(error_of(whole), HasSubstr("tensor 'w'")) << whole;
  }
  for (const char* shape : {"[-2]", "[2.0]", "[\"2\"]", "null", "[null]", "2", "[1e30]", "[3]",
                            "[[2]]", "[4611686018427387906]", "[4294967296,4294967296]",
                            "[18446744073709551616]", "[1,1,1,1,1,1,1,1,2]"}) {
    EXPECT_THAT(error_of(entry("\"F32\"", shape, "[0,8]")),
                AllOf(HasSubstr("tensor 'w'"), HasSubstr("(offset 9)")))
        << shape;
  }
  for (const char* offsets : {"[8,0]", "[0,9]", "[0]", "[0,8,8]", "[]", "null", "\"0,8\"", "[-8,0]",
                              "[0.0,8.0]", "[0,18446744073709551616]", "[0,1e30]",
                              "[18446744073709551608,18446744073709551615]", "[0,4]"}) {
    EXPECT_THAT(error_of(entry("\"F32\"", "[2]", offsets)), HasSubstr("tensor 'w'")) << offsets;
  }
  EXPECT_THAT(error_of(entry("\"F32\"", "[2]", "[0,8]"), 7), HasSubstr("is the file complete?"));
}

TEST(SafetensorsTest, TheDataIsCoveredExactly) {
  const auto two = [](const char* first, const char* second, std::size_t data) {
    return error_of_bytes(file_of("{\"a\":" + entry("\"F32\"", "[2]", first) +
                                      ",\"b\":" + entry("\"F32\"", "[2]", second) + "}",
                                  std::string(data, '\1')));
  };
  EXPECT_EQ(two("[0,8]", "[8,16]", 16), "");
  EXPECT_EQ(two("[8,16]", "[0,8]", 16), "");
  EXPECT_THAT(two("[0,8]", "[4,12]", 12), HasSubstr("tensor 'b': its data begins at byte 4"));
  EXPECT_THAT(two("[0,8]", "[0,8]", 8), HasSubstr("begins at byte 0"));
  EXPECT_THAT(two("[0,8]", "[12,20]", 20), HasSubstr("begins at byte 12"));
  EXPECT_THAT(two("[4,12]", "[12,20]", 20), HasSubstr("begins at byte 4"));
  EXPECT_THAT(two("[0,8]", "[8,16]", 17), HasSubstr("1 bytes belong to no tensor"));
}

TEST(SafetensorsTest, MetadataAreStrings) {
  for (const char* bad : {"[]", "null", R"({"a":1})", R"({"a":{}})"}) {
    EXPECT_THAT(error_of_bytes(file_of(std::string("{\"__metadata__\":") + bad + "}", "")),
                HasSubstr("__metadata__"));
  }
}

TEST(SafetensorsTest, ManyTensorsAndTightMemory) {
  std::string header = "{";
  for (int i = 0; i < 100000; ++i) {
    header += fmt::format("{}\"model.layers.{}.weight\":", i == 0 ? "" : ",", i) +
              entry("\"F16\"", "[1]", fmt::format("[{},{}]", 2 * i, 2 * i + 2));
  }
  EXPECT_EQ(error_of_bytes(file_of(header + "}", std::string(200000, '\1'))), "");
  std::string flood = "{\"w\":[1";
  while (flood.size() < 12000000) flood += ",1,1,1,1,1,1,1,1,1,1";
  EXPECT_THAT(error_of_bytes(file_of(flood + "]}", "")), HasSubstr("more memory"));
  std::string keys = "{\"w\":1";
  for (int i = 0; i < 1000000; ++i) keys += fmt::format(",\"{}\":1", i);
  EXPECT_THAT(error_of_bytes(file_of(keys + "}", "")), HasSubstr("more memory"));
}

TEST(SafetensorsTest, DamagedBytesNeverEscapeTheFile) {
  const std::string whole = file_of("{\"a\":" + entry("\"F32\"", "[2]", "[0,8]") +
                                        ",\"b\":" + entry("\"F16\"", "[2,2]", "[8,16]") + "}",
                                    std::string(16, '\1'));
  std::mt19937 random(2);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = whole;
    for (int k = static_cast<int>(random() % 3); k >= 0; --k) {
      bytes[random() % bytes.size()] = static_cast<char>(
          random() % 2 == 0 ? "0123456789[]{},\":-"[random() % 18] : random() % 256);
    }
    try {
      for (const auto& tensor : parse_safetensors("m", std::as_bytes(std::span(bytes)))) {
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

class SafetensorsFolderTest : public testing::Test {
 protected:
  std::string open_error() {
    try {
      SafetensorsFolder::open(folder_.path());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void write_index(const std::string& map) {
    folder_.write("model.safetensors.index.json", R"({"metadata":{},"weight_map":)" + map + "}");
  }

  tests::TempFolder folder_;
  const std::string a_ = file_of("{\"a\":" + entry("\"F32\"", "[2]", "[0,8]") + "}", "AAAAAAAA");
  const std::string b_ = file_of("{\"b\":" + entry("\"F32\"", "[2]", "[0,8]") + "}", "BBBBBBBB");
};

TEST_F(SafetensorsFolderTest, OneFile) {
  folder_.write("config.json", R"({"model_type":"llama","auto_map":{"AutoModel":"evil.py"}})");
  folder_.write("model.safetensors", a_);
  const auto source = SafetensorsFolder::open(folder_.path());
  EXPECT_EQ(source->config().at("model_type").as_string(), "llama");
  ASSERT_NE(source->find("a"), nullptr);
  EXPECT_EQ(source->find("b"), nullptr);
  source->release(*source->find("a"));
  EXPECT_EQ(static_cast<char>(source->find("a")->bytes[0]), 'A');
  const std::vector<std::size_t> shape = {2};
  EXPECT_EQ(&source->need("a", shape), source->find("a"));
  EXPECT_EQ(source->path(), folder_.path().string());
  // Other files in the folder are none of its weights.
  folder_.write("consolidated.safetensors", b_);
  const auto again = SafetensorsFolder::open(folder_.path());
  EXPECT_THAT(again->files(), ElementsAre(folder_.path() / "model.safetensors"));
  EXPECT_EQ(again->file_bytes(), a_.size());
}

TEST_F(SafetensorsFolderTest, Shards) {
  folder_.write("config.json", "{}");
  folder_.write("model-00001-of-00002.safetensors", a_);
  folder_.write("model-00002-of-00002.safetensors", b_);
  write_index(R"({"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"})");
  const auto source = SafetensorsFolder::open(folder_.path());
  EXPECT_EQ(source->tensors().size(), 2u);
  EXPECT_EQ(static_cast<char>(source->find("b")->bytes[0]), 'B');
  source->release(*source->find("b"));
  EXPECT_THAT(source->files(), ElementsAre(folder_.path() / "model-00001-of-00002.safetensors",
                                           folder_.path() / "model-00002-of-00002.safetensors"));
  EXPECT_EQ(source->file_bytes(), a_.size() + b_.size());
}

TEST_F(SafetensorsFolderTest, APlanNeedsNoWeights) {
  folder_.write("config.json", R"({"model_type":"llama"})");
  const auto open = [&] { return SafetensorsFolder::open(folder_.path(), Weights::kOptional); };
  const auto bare = open();
  EXPECT_EQ(bare->config().at("model_type").as_string(), "llama");
  EXPECT_TRUE(bare->tensors().empty());
  EXPECT_TRUE(bare->files().empty());
  EXPECT_EQ(bare->file_bytes(), 0u);
  EXPECT_EQ(bare->find("a"), nullptr);
  EXPECT_THAT(open_error(), HasSubstr("neither model.safetensors nor"));

  // An index with one of its two shards.
  folder_.write("x.safetensors", a_);
  write_index(R"({"a":"x.safetensors","b":"y.safetensors"})");
  const auto part = open();
  ASSERT_EQ(part->tensors().size(), 1u);
  EXPECT_NE(part->find("a"), nullptr);
  EXPECT_THAT(open_error(), HasSubstr("y.safetensors: file: is missing"));
  // What is there is checked all the same.
  folder_.write("y.safetensors", "1234");
  EXPECT_THROW(open(), Error);
  write_index(R"({"q":"x.safetensors"})");
  EXPECT_THROW(open(), Error);
  EXPECT_THROW(SafetensorsFolder::open(folder_.path() / "none", Weights::kOptional), Error);
}

TEST_F(SafetensorsFolderTest, TheIndexOfAModelOfATrillionWeightsFits) {
  folder_.write("config.json", "{}");
  std::string map = "{";
  for (int i = 0; i < 61 * 384 * 6; ++i) {
    map += fmt::format(
        "{}\"model.layers.{}.mlp.experts.{}.down_proj.weight_scale_inv.{}\":"
        "\"model-{:05}-of-00061.safetensors\"",
        i == 0 ? "" : ",", i % 61, i / 61 % 384, i / 61 / 384, i % 61 + 1);
  }
  write_index(map + "}");
  EXPECT_TRUE(SafetensorsFolder::open(folder_.path(), Weights::kOptional)->tensors().empty());
  EXPECT_THAT(open_error(), AllOf(HasSubstr("model-00001-of-00061.safetensors"),
                                  HasSubstr("2304 of the model's tensors are in it")));
}

TEST_F(SafetensorsFolderTest, IndexEntriesDoNotLeaveTheFolder) {
  folder_.write("config.json", "{}");
  folder_.write("sub/x.safetensors", a_);
  for (const char* file :
       {"../../etc/passwd", "/dev/zero", "..", "sub/x.safetensors", "../x.safetensors", "",
        ".safetensors", "a\\\\b.safetensors", "a\\u0000.safetensors", "model.bin"}) {
    write_index(std::string("{\"a\":\"") + file + "\"}");
    EXPECT_THAT(open_error(), AllOf(HasSubstr("weight_map['a']"), HasSubstr("in this folder")))
        << file;
  }
  for (const char* map : {"[]", "{}", "null", "\"x\""}) {
    write_index(map);
    EXPECT_THAT(open_error(), HasSubstr("weight_map: ")) << map;
  }
  write_index(R"({"a":7})");
  EXPECT_THAT(open_error(), HasSubstr("weight_map['a']"));
}

TEST_F(SafetensorsFolderTest, MissingShardsAndTensors) {
  folder_.write("config.json", "{}");
  folder_.write("x.safetensors", a_);
  write_index(R"({"a":"y.safetensors"})");
  EXPECT_THAT(open_error(), AllOf(HasSubstr("y.safetensors: file: is missing"), HasSubstr("1 of")));
  write_index(R"({"a":"x.safetensors","q":"x.safetensors"})");
  EXPECT_THAT(open_error(), AllOf(HasSubstr("weight_map['q']"), HasSubstr("no such tensor")));
  write_index(R"({"a":"x.safetensors","a":"y.safetensors"})");
  EXPECT_THAT(open_error(), HasSubstr("'a' is there twice"));
  const std::string both = file_of("{\"a\":" + entry("\"F32\"", "[2]", "[0,8]") +
                                       ",\"b\":" + entry("\"F32\"", "[2]", "[8,16]") + "}",
                                   "AAAAAAAABBBBBBBB");
  folder_.write("y.safetensors", both);
  write_index(R"({"a":"x.safetensors","b":"y.safetensors"})");
  EXPECT_THAT(open_error(), AllOf(HasSubstr("y.safetensors: tensor 'a'"),
                                  HasSubstr("is in 'x.safetensors' too")));
}

TEST_F(SafetensorsFolderTest, WhatIsNoModelFolder) {
  EXPECT_THAT(open_error(), HasSubstr("config.json"));
  folder_.write("config.json", "[]");
  EXPECT_THAT(open_error(), HasSubstr("config.json: JSON: is not an object"));
  folder_.write("config.json", "{\"a\":1,\"a\":2}");
  EXPECT_THAT(open_error(), HasSubstr("'a' is there twice"));
  folder_.write("config.json", std::string(5 << 20, ' '));
  EXPECT_THAT(open_error(), HasSubstr("at most"));
  folder_.write("config.json", "{}");
  EXPECT_THAT(open_error(), HasSubstr("neither model.safetensors nor"));
  folder_.write("pytorch_model.bin", "\x80\x02");
  EXPECT_THAT(open_error(), HasSubstr("pickle"));
  EXPECT_THROW(SafetensorsFolder::open(folder_.path() / "config.json"), Error);
  EXPECT_THROW(SafetensorsFolder::open(folder_.path() / "none"), Error);
}

TEST(SafetensorsReferenceTest, TinyCheckpointsOpen) {
  CANDOR_NEEDS_SHARED("golden/architectures");
  for (const char* name : {"qwen2", "llama", "llama-tied", "mistral", "llama3-rope"}) {
    const auto source = SafetensorsFolder::open(tests::shared_path("golden/architectures") / name);
    EXPECT_GT(source->tensors().size(), 10u) << name;
    EXPECT_NE(source->find("model.embed_tokens.weight"), nullptr) << name;
    EXPECT_TRUE(source->config().contains("hidden_size")) << name;
  }
}

TEST(SafetensorsReferenceTest, CheckpointsInEightBitsOpen) {
  CANDOR_NEEDS_SHARED("golden/architectures/deepseek-v3-fp8");
  const auto source =
      SafetensorsFolder::open(tests::shared_path("golden/architectures/deepseek-v3-fp8"));
  std::size_t eight_bits = 0;
  for (const TensorView& tensor : source->tensors()) {
    if (tensor.format != kernels::BlockFormat::kF8_E4M3) continue;
    ++eight_bits;
    EXPECT_NE(source->find(tensor.name + "_scale_inv"), nullptr) << tensor.name;
  }
  EXPECT_GT(eight_bits, 10u);
}

}  // namespace
}  // namespace candor::engine
