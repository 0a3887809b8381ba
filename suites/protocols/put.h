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
  // All must outlive it. `rows` are the set's own rows: where neither `shots_file` (the user's; may
  // be empty) nor the description names a file of examples, those of a question are taken from
  // among them.
  Wording(const Protocol& protocol, const Description& description,
          const std::vector<const Item*>& rows, const std::filesystem::path& shots_file);

  // Rewrites messages, judge and reference of the row's question. Examples: the first rows of the
  // same language and topic of the file of examples, or of the set itself; never the row that is
  // asked, nor one with the same question: where the file holds it and no more than are wanted,
  // there is one example fewer. Throws Error with the row's place.
  void put(const Item& item, data::Question& question);

  // Whether any question was put with examples of a file.
  bool used_file() const { return loaded_ && !examples_path().empty(); }

 private:
  std::vector<const Item*> examples(const Item& item, int count);
  void load_examples();
  std::filesystem::path examples_path() const;
  std::string ready_examples(const Item& item);
  void score_options(const Item& item, const Form& form, data::Question& question) const;

  const Protocol& protocol_;
  const Description& description_;
  const std::vector<const Item*>& rows_;
  const std::filesystem::path& shots_file_;
  bool loaded_ = false;
  std::vector<Item> pool_;
  std::map<std::string, std::string> ready_;  // file -> its text
};

}  // namespace candor::suites
