// A callable that is moved, called once at most by convention, and never copied: what is posted
// between workers and armed on timers. std::function demands copies, and std::move_only_function is
// not in this standard library yet.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace aside::runtime {

class Callback {
  public:
    Callback() = default;
    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, Callback> &&
                 std::is_invocable_v<std::decay_t<F>&>)
    Callback(F&& call)
        : holder_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(call))) {}

    void operator()() { holder_->call(); }
    explicit operator bool() const { return holder_ != nullptr; }

  private:
    struct HolderBase {
        virtual ~HolderBase() = default;
        virtual void call() = 0;
    };
    template <class F>
    struct Holder final : HolderBase {
        explicit Holder(F call) : function(std::move(call)) {}
        void call() override { function(); }
        F function;
    };
    std::unique_ptr<HolderBase> holder_;
};

}  // namespace aside::runtime
