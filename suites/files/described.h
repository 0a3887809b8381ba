// From a description and its data files to a suite.
#pragma once

#include "suites/files/description.h"
#include "suites/suites.h"

namespace candor::suites {

// Throws Error that lists what is wrong with the data, each with file, line and field; for a public
// suite whose files are not there, one (usage) that says how to get them.
Suite described_suite(const Description& description, const SuiteOptions& options);

}  // namespace candor::suites
