// The page of `candor bench --report`. Unlike the other reports it is not made from the store: the
// figures are handed over, as the JSON that the command prints.
#pragma once

#include <boost/json.hpp>
#include <filesystem>

namespace candor::reports {

// Tables and plots of `figures`: "model", "isa", "processor", "threads", "batch", "precision",
// "device" (may be missing; "cpu" is not shown), "load_s", "prefill_tokens_per_s",
// "decode_tokens_per_s" {streams: tokens/s}, "peak_bytes", "machine" {read_bytes_per_s,
// int8_ops_per_s}, "shares" (fields may be missing), and, where measured, "growth" {prompts:
// [{prompts, seconds_per_prompt}], context: [{tokens, prefill_ms_per_token, decode_ms_per_token}]}.
// With "gpu" the shares are those of that device. Other fields are left to the JSON. Written beside
// the target and renamed; Error when it cannot be written.
void write_html_bench(const boost::json::object& figures, const std::filesystem::path& target);

}  // namespace candor::reports
