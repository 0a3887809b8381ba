#include <algorithm>

#include "suites/files/description.h"
#include "suites/protocols/protocol.h"
#include "suites/suites.h"

namespace candor::suites {

void check_suites(const Protocol* protocol, const std::vector<std::string>& asked) {
  if (protocol == nullptr) return;
  std::vector<std::string> known;
  for (const SuiteInfo& suite : bundled_suites()) known.push_back(suite.name);
  for (const Description& description : bundled_descriptions()) known.push_back(description.suite);
  for (const std::string& name : asked) known.push_back(name.substr(0, name.find('/')));
  for (const std::string& name : protocol->suite_names()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    fail_usage("{}: field \"suites\": there is no suite \"{}\"{}, and none of that name is asked",
               protocol->file(), printable(name), nearest_hint(name, known));
  }
}

}  // namespace candor::suites
