// What coverage is worth on the bank's own sentences: each fact as it is written, and its false
// variant (one detail changed). A variant should not count as the fact told; most do, because a
// fact counts where its names stand. The share is pinned here and said in scoring/audit/README.md.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>

#include "data/base/data_dir.h"
#include "scoring/audit/probe.h"

namespace candor::scoring {
namespace {

boost::json::array texts(const YAML::Node& node) {
  boost::json::array array;
  for (const YAML::Node& text : node) array.push_back(boost::json::value(text.as<std::string>()));
  return array;
}

struct Count {
  int facts = 0;
  int stated = 0;    // facts in their own sentence
  int denied = 0;    // of these, called denied
  int variants = 0;  // false variants that count as the fact
};

// One fact alone, so that nothing but its own wordings can be found.
void count(const YAML::Node& fact, bool chinese, Count& out) {
  const char* key = chinese ? "zh" : "en";
  const std::string variant_key = std::string("false_") + key;
  const YAML::Node variant = fact[variant_key];
  if (!variant.IsDefined()) return;
  const boost::json::object object{{"en", fact["en"].as<std::string>()},
                                   {"zh", fact["zh"].as<std::string>()},
                                   {"aliases_en", texts(fact["aliases_en"])},
                                   {"aliases_zh", texts(fact["aliases_zh"])}};
  const Probe probe = read_probe({{"key_facts", boost::json::array{object}}}, "probe");
  const char* stop = chinese ? "。" : ".";
  const auto covered = [&](const std::string& text) {
    return cover(probe, Reading(text + stop), {"answer", 0});
  };
  ++out.facts;
  const Coverage own = covered(fact[key].as<std::string>());
  out.stated += own.covered;
  out.denied += own.denied;
  out.variants += covered(variant.as<std::string>()).covered;
}

TEST(BankTest, FalseVariantsCountAsOftenAsTheReadmeSays) {
  Count counts[2];
  for (const auto& entry :
       std::filesystem::directory_iterator(data::data_dir() / "sets" / "probes")) {
    if (entry.path().extension() != ".yaml") continue;
    for (const YAML::Node& probe : YAML::LoadFile(entry.path().string())) {
      if (!probe["twin"].IsDefined()) continue;
      for (const YAML::Node& side : {probe, probe["twin"]}) {
        for (const YAML::Node& fact : side["facts"]) {
          count(fact, false, counts[0]);
          count(fact, true, counts[1]);
        }
      }
    }
  }
  for (const Count& c : counts) {
    ASSERT_GT(c.facts, 2000);
    const double share = static_cast<double>(c.variants) / c.facts;
    fmt::print(
        "{} facts, {} stated by their own sentence, {} denied by it; {} false variants ({:.3f})\n",
        c.facts, c.stated, c.denied, c.variants, share);
    // A fact's own sentence states it.
    EXPECT_EQ(c.stated, c.facts);
    EXPECT_EQ(c.denied, 0);
    EXPECT_LE(share, 0.80);
    EXPECT_GE(share, 0.60) << "better than the README says: change it there";
  }
}

}  // namespace
}  // namespace candor::scoring
