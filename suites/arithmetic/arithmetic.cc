#include "suites/arithmetic/arithmetic.h"

#include "suites/bundled.h"

namespace candor::suites {

std::vector<data::Question> arithmetic_questions(const SuiteOptions& options) {
  return maths_questions("arithmetic", options,
                         {&arithmetic_level1(), &arithmetic_level2(), &arithmetic_level3(),
                          &arithmetic_level4(), &arithmetic_level5()});
}

}  // namespace candor::suites
