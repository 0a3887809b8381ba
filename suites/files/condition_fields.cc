#include "suites/files/condition_fields.h"

namespace candor::suites {

void set_condition(const YamlFields& fields, data::Condition& condition) {
  fields.only(
      {"thinking", "prefill", "temperature", "top_p", "top_k", "min_p", "max_tokens", "stop"});
  condition.thinking = fields.text_or("thinking", condition.thinking);
  if (condition.thinking != "default" && condition.thinking != "off" &&
      condition.thinking != "forced") {
    fields.problem("thinking", "expected default, off or forced");
  }
  condition.prefill = fields.text_or("prefill", condition.prefill);
  data::Sampling& sampling = condition.sampling;
  sampling.temperature = fields.number_or("temperature", sampling.temperature, 0, 100);
  sampling.top_p = fields.number_or("top_p", sampling.top_p, 0, 1);
  if (sampling.top_p == 0) fields.problem("top_p", "must be greater than 0");
  sampling.top_k = fields.integer_or("top_k", sampling.top_k, 0, 1 << 20);
  sampling.min_p = fields.number_or("min_p", sampling.min_p, 0, 1);
  sampling.max_tokens = fields.integer_or("max_tokens", sampling.max_tokens, 1, 1 << 20);
  if (fields.has("stop")) sampling.stop = fields.texts("stop");
}

}  // namespace candor::suites
