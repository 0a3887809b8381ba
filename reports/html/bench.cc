// The page of `candor bench --report`.
#include "reports/bench.h"

#include <fmt/format.h>

#include "data/records/json_fields.h"
#include "reports/html/page.h"
#include "reports/html/plot.h"

namespace candor::reports {

namespace json = boost::json;

namespace {

constexpr const char* kWhere = "bench figures";

// Three digits: "0.0214", "31.5", "1,204" would claim no more than is known.
std::string figure(double value) {
  if (value >= 99.95) return fmt::format("{:.0f}", value);
  if (value >= 9.995) return fmt::format("{:.1f}", value);
  if (value >= 0.9995) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3g}", value);
}

std::string share_text(const data::JsonFields& figures, const char* key, const char* limit) {
  if (figures.find("shares") == nullptr) return "";
  const json::object& shares = figures.object("shares");
  const data::JsonFields fields(shares, kWhere);
  if (fields.find(key) == nullptr) return "";
  return fmt::format("{:.0f}% of {}", 100 * fields.number(key), limit);
}

void add_row(Dictionary& page, const std::string& name, const std::string& value,
             const std::string& share) {
  Dictionary& row = *page.AddSectionDictionary("ROW");
  set(row, "NAME", name);
  set(row, "VALUE", value);
  set(row, "SHARE", share);
}

void add_fact(Dictionary& page, const char* name, const std::string& value) {
  Dictionary& fact = *page.AddSectionDictionary("FACT");
  set(fact, "NAME", name);
  set(fact, "VALUE", value);
}

void add_speed(Dictionary& page, const data::JsonFields& figures) {
  const json::object& machine_object = figures.object("machine");
  const data::JsonFields machine(machine_object, kWhere);
  const double mebibyte = 1024.0 * 1024.0;
  add_row(page, "Loading", figure(figures.number("load_s")) + " s", "");
  const std::string prefill = figure(figures.number("prefill_tokens_per_s")) + " tokens/s";
  if (figures.find("gpu") != nullptr) {
    add_row(page, "Prefill", prefill,
            share_text(figures, "prefill_of_product", "the device's matrix products"));
  } else {
    add_row(page, "Prefill, one prompt", prefill,
            share_text(figures, "prefill_of_int8", "8-bit operations"));
  }
  const json::object& decode = figures.object("decode_tokens_per_s");
  const data::JsonFields streams(decode, kWhere);
  if (streams.find("1") != nullptr) {
    add_row(page, "Decode, one stream", figure(streams.number("1")) + " tokens/s",
            figures.find("gpu") != nullptr
                ? share_text(figures, "decode_of_copy", "copying on the device")
                : share_text(figures, "decode_of_read", "reading memory"));
  }
  add_row(page, "Memory at most", figure(figures.number("peak_bytes") / mebibyte) + " MiB", "");
  add_row(page, "The machine: reading memory",
          figure(machine.number("read_bytes_per_s") / 1e9) + " GB/s", "");
  add_row(page, "The machine: 8-bit operations",
          figure(machine.number("int8_ops_per_s") / 1e9) + " GOP/s", "");
}

void add_streams(Dictionary& page, const data::JsonFields& figures) {
  PlotSeries all{"all streams", "en", {}};
  const json::object& decode = figures.object("decode_tokens_per_s");
  const data::JsonFields fields(decode, kWhere);
  for (const json::key_value_pair& entry : decode) {
    const std::string key(entry.key());
    const double streams = std::stod(key);
    const double speed = fields.number(key);
    all.points.emplace_back(streams, speed);
    Dictionary& row = *page.AddSectionDictionary("STREAMS");
    set(row, "STREAMS", key);
    set(row, "ALL", figure(speed));
    set(row, "EACH", figure(speed / streams));
    set(row, "STEP", figure(1000 * streams / speed));
  }
  add_plot(page, "STREAMS_PLOT",
           {"Tokens a second by number of streams",
            "streams in flight (logarithmic)",
            "tokens/s generated",
            false,
            {std::move(all)}});
}

void add_growth(Dictionary& page, const json::object& growth) {
  Dictionary& section = *page.AddSectionDictionary("GROWTH");
  const data::JsonFields fields(growth, kWhere);
  PlotSeries queue{"a prompt", "en", {}};
  for (const json::value& value : fields.array("prompts")) {
    const data::JsonFields entry(value.as_object(), kWhere);
    const double seconds = entry.number("seconds_per_prompt");
    queue.points.emplace_back(entry.number("prompts"), seconds);
    Dictionary& row = *section.AddSectionDictionary("QUEUE");
    set(row, "PROMPTS", fmt::to_string(entry.integer("prompts")));
    set(row, "SECONDS", figure(seconds));
    set(row, "MINUTE", figure(60 / seconds));
  }
  add_plot(section, "QUEUE_PLOT",
           {"Seconds a prompt by number of prompts",
            "prompts in the queue (logarithmic)",
            "seconds a prompt",
            false,
            {std::move(queue)}});

  PlotSeries prefill{"prefill", "en", {}};
  PlotSeries decode{"decode", "zh", {}};
  for (const json::value& value : fields.array("context")) {
    const data::JsonFields entry(value.as_object(), kWhere);
    const double tokens = entry.number("tokens");
    prefill.points.emplace_back(tokens, entry.number("prefill_ms_per_token"));
    decode.points.emplace_back(tokens, entry.number("decode_ms_per_token"));
    Dictionary& row = *section.AddSectionDictionary("CONTEXT");
    set(row, "TOKENS", fmt::to_string(entry.integer("tokens")));
    set(row, "PREFILL", figure(prefill.points.back().second));
    set(row, "DECODE", figure(decode.points.back().second));
  }
  add_plot(section, "CONTEXT_PLOT",
           {"Milliseconds a token by tokens of context",
            "tokens of context (logarithmic)",
            "ms a token (logarithmic)",
            true,
            {std::move(prefill), std::move(decode)}});
}

}  // namespace

void write_html_bench(const json::object& figures, const std::filesystem::path& target) {
  const data::JsonFields fields(figures, kWhere);
  Dictionary page("bench");
  const std::string model = fields.text("model");
  set(page, "MODEL", model);
  set(page, "VERSION", CANDOR_VERSION);
  set(page, "LEAD",
      fmt::format("How fast this model runs on this machine, and how near that comes to what the "
                  "machine can do."));
  add_fact(page, "Processor", fields.text("processor"));
  const std::string device = fields.text_or("device", "cpu");
  if (device != "cpu") add_fact(page, "Device", device);
  add_fact(page, "Instruction set", fields.text("isa"));
  add_fact(page, "Threads", fmt::to_string(fields.integer("threads")));
  add_fact(page, "Batch at most", fmt::to_string(fields.integer("batch")));
  add_fact(page, "Precision", fields.text("precision"));
  add_speed(page, fields);
  add_streams(page, fields);
  if (fields.find("growth") != nullptr) add_growth(page, fields.object("growth"));
  write_whole(target, document("Candor bench: " + model, expand("bench.tpl", page)));
}

}  // namespace candor::reports
