// A JSON document that is read in pieces and never held as a whole: the values that are wanted are
// built and given one by one, everything else is passed over. Numbers, depth (at most 128) and
// UTF-8 are checked as Boost.JSON checks them.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <set>
#include <string>

#include "runner/replay/byte_source.h"

namespace candor::runner {

struct JsonStream {
  // What is an element: the document itself; each entry of the array that it is; each member of the
  // object that it is; or each entry of that object's member `list`.
  enum class Elements { kWhole, kEntries, kMembers, kList };
  Elements elements = Elements::kWhole;
  std::string list;
  // kList: members of the object that are given whole.
  std::set<std::string> members;
  // Members of an element that are left out of it.
  std::set<std::string> skipped;

  // `name`: the member's for kMembers, else empty. Exceptions of theirs are passed on.
  std::function<void(const std::string& name, boost::json::value&&)> on_element;
  std::function<void(const std::string& name, boost::json::value&&)> on_member;
};

struct JsonStreamFound {
  bool list = false;  // kList: the member was there and an array
};

// Throws Error with `where` and the byte for what is no JSON, is cut off, or has something behind
// it.
JsonStreamFound stream_json(ByteSource& bytes, const std::string& where, const JsonStream& wanted);

// What the beginning of a document tells: whether it is an object or an array, and the names of an
// object's members as far as they are within it, in order.
struct JsonHead {
  std::vector<std::string> names;
  bool object = false;
  bool array = false;
};
JsonHead json_head(std::string_view head);

}  // namespace candor::runner
