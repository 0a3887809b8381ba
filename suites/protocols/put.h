// Puts the rows of a described set the way a protocol says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "suites/files/description.h"
#include "suites/files/item.h"
#include "suites/protocols/protocol.h"

namespace candor::suites {

class Wording {
 public:
  // All must outlive it. `rows` are the set's own rows: where a description names no file of
  // examples, those of a question are taken from among them.
  Wording(const Protocol& protocol, const Description& description,
          const std::vector<const Item*>& rows);

  // Rewrites messages, judge and reference of the row's question. Examples: the first rows of the
  // same language and topic of the file of examples, or of the set itself without the row that is
  // asked. Throws Error with the row's place.
  void put(const Item& item, data::Question& question);

 private:
  std::vector<const Item*> examples(const Item& item, int count);
  void load_examples();
  std::string ready_examples(const Item& item);
  void score_options(const Item& item, const Form& form, data::Question& question) const;

  const Protocol& protocol_;
  const Description& description_;
  const std::vector<const Item*>& rows_;
  bool loaded_ = false;
  std::vector<Item> pool_;
  std::map<std::string, std::string> ready_;  // file -> its text
};

}  // namespace candor::suites
