#include "kernels/isa.h"

#include <gtest/gtest.h>

namespace candor::kernels {
namespace {

TEST(Isa, TheActiveSetIsOneThatThisProcessorHas) {
  EXPECT_TRUE(isa_supported(active_isa()));
  EXPECT_TRUE(isa_supported(Isa::kPortable));
}

TEST(Isa, NamesAreThoseOfTheEnvironmentVariable) {
  EXPECT_STREQ(name(Isa::kPortable), "portable");
  EXPECT_STREQ(name(Isa::kAvx2), "avx2");
  EXPECT_STREQ(name(Isa::kAvx512Vnni), "avx512vnni");
}

}  // namespace
}  // namespace candor::kernels
