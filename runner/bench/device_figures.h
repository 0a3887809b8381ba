// What `candor bench` says of a GPU beside the model's rates: how much of the device they use, and
// what it costs that answers do not depend on the batch. Arithmetic over measured figures, as the
// JSON that the command prints; it measures nothing.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "runner/bench/batches.h"
#include "runner/bench/measure.h"

namespace candor::runner {

boost::json::object device_json(const engine::DeviceReport& report);
boost::json::object queue_json(const QueueSpeed& speed);
boost::json::object same_tokens_json(const SameTokens& result);

// Bytes that a decoding step of one stream reads: the weights, and the keys and values of `context`
// tokens (two bytes a value; in float32 four).
double decode_bytes(const engine::ModelDescription& model, double context);

// {decode_of_copy, prefill_of_product}: of the device's copying, which reads and writes, and of its
// fastest matrix product. Operations are those of the matrices of all layers: attention itself and
// the output layer are left out. Fields of which too little is known are left out.
boost::json::object device_shares(const engine::ModelDescription& model,
                                  const engine::DeviceReport& report, const ChunkSpeed& prefill,
                                  std::span<const DecodeSpeed> decode);

// For each number of rows that products were measured with: the time of all products of the model
// as the engine computes them and with the fastest algorithms, {m, ours_s, fastest_s,
// cost_of_products}, and where a step of as many rows was measured {step_s, cost_of_step}: how much
// longer it takes than if those algorithms were used. Products without a library are in neither
// time.
boost::json::array invariance_json(const engine::DeviceReport& report, const ChunkSpeed& prefill,
                                   std::span<const DecodeSpeed> decode);

}  // namespace candor::runner
