#include "engine/chat/jinja/scope.h"

namespace candor::engine::jinja {
namespace {

// A variable's share of its vector, which grows by doubling.
constexpr std::size_t kVariable = 2 * sizeof(std::pair<std::string_view, Value>);
constexpr std::size_t kScope = sizeof(Scope) + 16;

}  // namespace

const Value* Scope::find(Budget& budget, std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent_) {
    budget.step(scope->variables_.size() / 16);
    for (const auto& [known, value] : scope->variables_) {
      if (known == name) return &value;
    }
  }
  return nullptr;
}

void Scope::set(Budget& budget, std::string_view name, Value value) {
  budget.step(variables_.size() / 16);
  for (auto& [known, held] : variables_) {
    if (known == name) {
      held = std::move(value);
      return;
    }
  }
  budget.take(kVariable);
  variables_.emplace_back(name, std::move(value));
}

void Scope::clear(Budget& budget) {
  budget.give(variables_.size() * kVariable);
  variables_.clear();
}

void Scope::capture() {
  for (Scope* scope = this; scope != nullptr && !scope->captured_; scope = scope->parent_) {
    scope->captured_ = true;
  }
}

Scopes::Inside::Inside(Scopes& scopes, Scope* parent) : scopes_(scopes), outer_(scopes.current_) {
  scopes_.budget_.take(kScope);
  scope_ = &scopes_.all_.emplace_back(parent);
  scopes_.current_ = scope_;
}

Scopes::Inside::~Inside() {
  scopes_.current_ = outer_;
  if (scope_->captured() || scope_ != &scopes_.all_.back()) return;
  scope_->clear(scopes_.budget_);
  scopes_.all_.pop_back();
  scopes_.budget_.give(kScope);
}

}  // namespace candor::engine::jinja
