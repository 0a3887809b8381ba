// From a row of a data file to an item, the parts of a question without any wording around them,
// and from the item to the question that is asked.
#pragma once

#include <string>
#include <vector>

#include "suites/files/description.h"
#include "suites/files/records.h"

namespace candor::suites {

// A row with what is known of it. `fields["item"]` has, where the description gives them:
//   question  the bare question         choices  its options, a line each: "A. yes"
//   letters   "ABCD"                    options  the options without letters, a list
//   answer    the right answer, as an example would give it
//   solution  a worked solution         topic    the row's topic
struct Item {
  boost::json::object fields;
  std::string where;
  std::size_t number = 0;  // in the set, from 1
  std::string language, topic;
  std::vector<std::string> options;
};

// Empty: a rule of the description leaves the row out. `row` counts the rows of the file from 1.
// Throws Error with the row's place.
std::optional<Item> item_of(const Description& description, const DataFile& file,
                            const Record& record, std::size_t row);

// The question in the description's own wording. Throws Error with the row's place.
data::Question question_of(const Description& description, const DataFile& file, const Item& item);

}  // namespace candor::suites
