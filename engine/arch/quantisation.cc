#include "engine/arch/quantisation.h"

#include "data/base/error.h"

namespace candor::engine {

namespace {

constexpr std::int64_t kMostBlock = 65536;
constexpr const char* kRemedy = "use the original weights or a GGUF file";

BlockScaleSpec read_block_scales(const JsonFields& fields) {
  const std::string format = fields.find_text("fmt").value_or("e4m3");
  if (format != "e4m3") {
    fail("{}: \"{}\" is not supported (known: e4m3); {}", fields.place("fmt"), format, kRemedy);
  }
  const boost::json::array* sides = fields.find_array("weight_block_size");
  if (sides == nullptr) {
    fail("{}: is missing: fp8 with one scale for a tensor or a channel is not supported; {}",
         fields.place("weight_block_size"), kRemedy);
  }
  const auto side = [&](std::size_t i) {
    const std::int64_t* value = (*sides)[i].if_int64();
    if (value == nullptr || *value < 1 || *value > kMostBlock) {
      fail("{}: {} is not two integers from 1 to {}", fields.place("weight_block_size"),
           boost::json::serialize(*sides), kMostBlock);
    }
    return static_cast<std::size_t>(*value);
  };
  if (sides->size() != 2) {
    fail("{}: {} is not two integers from 1 to {}", fields.place("weight_block_size"),
         boost::json::serialize(*sides), kMostBlock);
  }
  return {.rows = side(0), .cols = side(1), .suffix = "_scale_inv"};
}

}  // namespace

void set_quantisation(const JsonFields& config, ArchSpec& spec) {
  const char* key = config.one_of({"quantization_config", "compression_config"});
  const boost::json::object* object = config.find_object(key);
  if (object == nullptr) return;
  const JsonFields fields(*object, config.place(key));
  const auto method = fields.find_text("quant_method");
  if (!method) fail("{}: is missing; {}", fields.place("quant_method"), kRemedy);
  if (*method == "fp8") {
    spec.block_scales = read_block_scales(fields);
  } else if (*method == "mxfp4" && spec.names.expert_layout == ExpertLayout::kInterleaved) {
    // The blocks and scales of the experts bear names of their own.
  } else {
    fail(
        "{}: \"{}\" is not supported in family \"{}\" (known: fp8 in blocks, mxfp4 of gpt-oss); {}",
        fields.place("quant_method"), *method, spec.family, kRemedy);
  }
}

}  // namespace candor::engine
