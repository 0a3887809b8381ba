// The variables of one stretch of a template and what lies around it.
#pragma once

#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chat/jinja/runtime.h"
#include "engine/chat/jinja/value.h"

namespace candor::engine::jinja {

class Scope {
 public:
  explicit Scope(Scope* parent) : parent_(parent) {}

  // Looks outward; null when the name is nowhere. Names are borrowed from the syntax tree or input.
  const Value* find(Budget& budget, std::string_view name) const;
  void set(Budget& budget, std::string_view name, Value value);  // here, never further out
  void clear(Budget& budget);
  // A macro made here sees these variables for as long as the render lasts.
  void capture();
  bool captured() const { return captured_; }

 private:
  Scope* parent_;
  bool captured_ = false;
  std::vector<std::pair<std::string_view, Value>> variables_;
};

// All scopes of one render. They open and close as a stack; one that a macro has captured stays.
class Scopes {
 public:
  explicit Scopes(Budget& budget) : budget_(budget) {}

  // Makes a scope inside `parent` the current one for as long as this is held.
  class Inside {
   public:
    Inside(Scopes& scopes, Scope* parent);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    Scope& operator*() const { return *scope_; }
    Scope* operator->() const { return scope_; }

   private:
    Scopes& scopes_;
    Scope* outer_;
    Scope* scope_;
  };

  Scope* current() const { return current_; }

 private:
  Budget& budget_;
  std::deque<Scope> all_;
  Scope* current_ = nullptr;
};

}  // namespace candor::engine::jinja
