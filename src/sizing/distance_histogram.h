// How often references went how deep into an LRU's stack, in steps of a fortieth of a power of two:
// 1.7 %.
//
// Thread rule: one owner. Units: those of the distances; weights are numbers of references.
#pragma once

#include <cstddef>
#include <vector>

namespace aside::sizing {

class DistanceHistogram {
  public:
    static constexpr unsigned kPerPower = 40;

    void add(double distance, double weight);
    void scale(double by);                                // of all weights
    void add(const DistanceHistogram& other, double by);  // its weights, scaled

    double total() const { return total_; }
    std::size_t steps() const { return weights_.size(); }
    double weight(std::size_t step) const { return weights_[step]; }
    // The largest distance of a step. The first one's is 1.
    static double bound(std::size_t step);
    std::size_t memory_bytes() const { return weights_.capacity() * sizeof(double); }

  private:
    std::vector<double> weights_;
    double total_ = 0;
};

}  // namespace aside::sizing
