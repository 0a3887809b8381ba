// Reads HTML as strictly as the generator writes it: every tag closed, every attribute quoted.
// Gives the elements and attribute names in order, so that two pages can be compared in everything
// but their text.
#pragma once

#include <cctype>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace candor::tests {

struct HtmlTag {
  std::string name;  // "/p" when it closes
  std::vector<std::pair<std::string, std::string>> attributes;
};

// Throws std::runtime_error with the place of the first thing that is not well formed.
inline std::vector<HtmlTag> html_tags(std::string_view page) {
  static const std::set<std::string> kVoid = {"meta", "br", "hr"};
  std::vector<HtmlTag> tags;
  std::vector<std::string> open;
  std::size_t at = 0;
  const auto broken = [&](const std::string& what) {
    throw std::runtime_error(what + " at byte " + std::to_string(at) + ": " +
                             std::string(page.substr(at, 80)));
  };
  if (!page.starts_with("<!DOCTYPE html>\n")) broken("no doctype");
  at = 16;
  while (at < page.size()) {
    if (page[at] == '>') broken("a bare >");
    if (page[at] != '<') {
      ++at;
      continue;
    }
    HtmlTag tag;
    const std::size_t begin = at++;
    while (at < page.size() &&
           (std::isalnum(static_cast<unsigned char>(page[at])) != 0 || page[at] == '/')) {
      if (page[at] == '/' && at != begin + 1) break;
      tag.name += page[at++];
    }
    if (tag.name.empty()) broken("a bare <");
    while (at < page.size() && page[at] == ' ') {
      ++at;
      std::string name;
      while (at < page.size() &&
             (std::isalnum(static_cast<unsigned char>(page[at])) != 0 || page[at] == '-')) {
        name += page[at++];
      }
      if (name.empty()) broken("no attribute name");
      std::string value;
      if (at < page.size() && page[at] == '=') {
        if (page[++at] != '"') broken("an attribute without quotes");
        ++at;
        while (at < page.size() && page[at] != '"') {
          if (page[at] == '<' || page[at] == '>') broken("a < or > in an attribute");
          value += page[at++];
        }
        ++at;
      }
      tag.attributes.emplace_back(std::move(name), std::move(value));
    }
    bool self_closed = false;
    if (at < page.size() && page[at] == '/') {
      self_closed = true;
      ++at;
    }
    if (at >= page.size() || page[at] != '>') broken("a tag that does not end");
    ++at;
    if (tag.name[0] == '/') {
      if (open.empty() || open.back() != tag.name.substr(1)) broken("closes " + tag.name);
      open.pop_back();
    } else if (!self_closed && !kVoid.contains(tag.name)) {
      open.push_back(tag.name);
      if (tag.name == "style") {
        at = page.find("</style>", at);
        if (at == std::string_view::npos) throw std::runtime_error("a style that does not end");
      }
    }
    tags.push_back(std::move(tag));
  }
  if (!open.empty()) broken("never closed: " + open.back());
  return tags;
}

// The page without its text: element and attribute names alone.
inline std::string html_skeleton(std::string_view page) {
  std::string skeleton;
  for (const HtmlTag& tag : html_tags(page)) {
    skeleton += tag.name;
    for (const auto& [name, value] : tag.attributes) skeleton += " " + name;
    skeleton += '\n';
  }
  return skeleton;
}

}  // namespace candor::tests
