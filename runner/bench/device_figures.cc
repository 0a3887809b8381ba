#include "runner/bench/device_figures.h"

#include <map>
#include <utility>

namespace candor::runner {

namespace json = boost::json;

json::object device_json(const engine::DeviceReport& report) {
  json::array products;
  for (const engine::ProductReport& product : report.products) {
    products.push_back(json::object{{"rows", product.rows},
                                    {"cols", product.cols},
                                    {"matrices", product.matrices},
                                    {"m", product.m},
                                    {"ours_s", product.ours_s},
                                    {"fastest_s", product.fastest_s},
                                    {"library_from", product.library_from},
                                    {"reason", product.reason}});
  }
  return {{"copy_bytes_per_s", report.copy_bytes_per_s},
          {"product_flops_per_s", report.product_flops_per_s},
          {"products", std::move(products)}};
}

json::object queue_json(const QueueSpeed& speed) {
  json::object object{
      {"streams", speed.streams}, {"requests", speed.requests},
      {"in", speed.prompt},       {"out", speed.generated},
      {"seconds", speed.seconds}, {"output_tokens_per_s", speed.output_tokens_per_s}};
  if (speed.decode_tokens_per_s) object["decode_tokens_per_s"] = *speed.decode_tokens_per_s;
  return object;
}

json::object same_tokens_json(const SameTokens& result) {
  json::object object{{"batches", json::value_from(result.widths)},
                      {"same", result.same()},
                      {"answers", result.answers},
                      {"tokens", result.tokens},
                      {"different", result.different},
                      {"other_log_probabilities", result.other_log_probs}};
  if (!result.first_difference.empty()) object["first_difference"] = result.first_difference;
  return object;
}

double decode_bytes(const engine::ModelDescription& model, double context) {
  const double value_bytes = model.precision == engine::name(engine::Arithmetic::kFloat32) ? 4 : 2;
  const auto values = static_cast<double>(2 * model.layers * model.kv_heads * model.head_dim);
  return static_cast<double>(model.weight_bytes) + values * value_bytes * context;
}

json::object device_shares(const engine::ModelDescription& model,
                           const engine::DeviceReport& report, const ChunkSpeed& prefill,
                           std::span<const DecodeSpeed> decode) {
  json::object shares;
  if (report.copy_bytes_per_s > 0 && !decode.empty() && decode.front().streams == 1) {
    shares["decode_of_copy"] = decode_bytes(model, decode.front().context) *
                               decode.front().tokens_per_s / report.copy_bytes_per_s;
  }
  if (const auto ops = layer_ops_per_token(model); ops && report.product_flops_per_s > 0) {
    shares["prefill_of_product"] = *ops * prefill.tokens_per_s / report.product_flops_per_s;
  }
  return shares;
}

json::array invariance_json(const engine::DeviceReport& report, const ChunkSpeed& prefill,
                            std::span<const DecodeSpeed> decode) {
  struct Times {
    double ours = 0, fastest = 0;
  };
  std::map<std::uint64_t, Times> times;
  for (const engine::ProductReport& product : report.products) {
    if (product.fastest_s <= 0) continue;
    Times& sum = times[product.m];
    sum.ours += product.ours_s * static_cast<double>(product.matrices);
    sum.fastest += product.fastest_s * static_cast<double>(product.matrices);
  }
  std::map<std::uint64_t, double> steps;
  for (const DecodeSpeed& speed : decode) {
    steps[static_cast<std::uint64_t>(speed.streams)] = speed.streams / speed.tokens_per_s;
  }
  if (prefill.tokens_per_s > 0) {
    steps[prefill.tokens] = static_cast<double>(prefill.tokens) / prefill.tokens_per_s;
  }
  json::array all;
  for (const auto& [m, time] : times) {
    json::object entry{{"m", m},
                       {"ours_s", time.ours},
                       {"fastest_s", time.fastest},
                       {"cost_of_products", time.ours / time.fastest - 1}};
    const auto step = steps.find(m);
    const double extra = time.ours - time.fastest;
    if (step != steps.end() && extra < step->second) {
      entry["step_s"] = step->second;
      entry["cost_of_step"] = extra / (step->second - extra);
    }
    all.push_back(std::move(entry));
  }
  return all;
}

}  // namespace candor::runner
