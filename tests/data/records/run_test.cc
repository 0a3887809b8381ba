// The hash of a plan: what it must tell apart, and what must not change it.
#include "data/records/run.h"

#include <gtest/gtest.h>

namespace candor::data {
namespace {

Manifest small() {
  Manifest manifest;
  manifest.model_name = "m";
  manifest.model_sha256 = "1";
  manifest.precision = "int8";
  return manifest;
}

TEST(PlanHash, RunsOfBeforeReasoningWasNamedAreGoneOnWith) {
  const Manifest before = small();
  Manifest think = small();
  think.reasoning = "think";
  Manifest harmony = small();
  harmony.reasoning = "harmony";
  EXPECT_EQ(think.plan_hash(), before.plan_hash());
  EXPECT_NE(harmony.plan_hash(), before.plan_hash());
  EXPECT_EQ(manifest_from_json(to_json(think), "run").reasoning, "think");
}

TEST(PlanHash, ProvenanceDoesNotChangeIt) {
  Manifest other = small();
  other.notices = {"two BOS"};
  other.template_text = "x";
  other.batch = 7;
  other.isa = "avx2";
  EXPECT_EQ(other.plan_hash(), small().plan_hash());
  other.template_sha256 = "2";
  EXPECT_NE(other.plan_hash(), small().plan_hash());
}

}  // namespace
}  // namespace candor::data
