// How the figures come about, and the manifest: everything needed to do the run again.
#include <fmt/format.h>

#include "reports/html/page.h"
#include "reports/html/parts.h"
#include "reports/html/sections.h"

namespace candor::reports {

namespace json = boost::json;

std::string method_html(const RunData& data) {
  const data::Manifest& manifest = data.run.manifest;
  Dictionary page("method");
  const auto field = [&](const char* name, const std::string& value, bool code) {
    if (value.empty()) return;
    Dictionary& entry = *page.AddSectionDictionary("FIELD");
    entry.SetValue("NAME", name);
    set(entry, "VALUE", value);
    if (code) entry.ShowSection("CODE");
  };
  field("command", manifest.command, true);
  field("run", data.run.id, true);
  field("started", readable_time(data.run.created_utc), false);
  field("finished", readable_time(data.run.finished_utc), false);
  field("model", manifest.model_name, false);
  field("model file", manifest.model_path, true);
  field("model SHA-256", manifest.model_sha256, true);
  field("chat template SHA-256", manifest.template_sha256, true);
  field("tokenizer SHA-256", manifest.tokenizer_sha256, true);
  field("form of the reasoning", manifest.reasoning, false);
  for (const std::string& notice : manifest.notices) field("note", notice, false);
  field("protocol", protocol_text(protocol_json(manifest)), false);
  field("precision", manifest.precision, false);
  field("seed", fmt::to_string(manifest.seed), true);
  field("samples of each question", fmt::to_string(manifest.repeats), false);
  field("set of samples SHA-256", manifest.sample_set, true);
  field("plan SHA-256", manifest.plan_hash(), true);
  field("program", "Candor " + manifest.engine_version, false);
  field("processor", manifest.device, false);
  field("instruction set", manifest.isa, false);
  field("batch and threads", fmt::format("{} and {}", manifest.batch, manifest.threads), false);
  for (const data::SuiteUse& suite : manifest.suites) {
    Dictionary& entry = *page.AddSectionDictionary("SUITE");
    set(entry, "NAME", suite.name);
    set(entry, "VERSION", suite.version);
    entry.SetValue("COUNT", fmt::to_string(suite.questions));
    set(entry, "HASH", suite.hash);
    if (!suite.not_run.empty()) {
      set(*entry.AddSectionDictionary("NOT_RUN"), "REASON", suite.not_run);
    }
  }
  for (const auto& [hash, condition] : data.conditions) {
    Dictionary& entry = *page.AddSectionDictionary("CONDITION");
    set(entry, "NAME", hash.substr(0, 16));
    set(entry, "CONTENT",
        settings_known(manifest, condition) ? json::serialize(to_json(condition))
                                            : "not known: the answers were made elsewhere");
  }
  if (!manifest.template_text.empty()) {
    set(*page.AddSectionDictionary("TEMPLATE"), "CONTENT", manifest.template_text);
  }
  set(page, "VERSION", manifest.engine_version);
  set(page, "RUN", data.run.id);
  return expand("method.tpl", page);
}

}  // namespace candor::reports
