#include "sizing/distance_histogram.h"

#include <cmath>

namespace aside::sizing {

double DistanceHistogram::bound(std::size_t step) {
    return std::exp2(static_cast<double>(step) / kPerPower);
}

void DistanceHistogram::add(double distance, double weight) {
    const std::size_t step =
        distance <= 1 ? 0 : static_cast<std::size_t>(std::ceil(std::log2(distance) * kPerPower));
    if (step >= weights_.size()) weights_.resize(step + 1, 0);
    weights_[step] += weight;
    total_ += weight;
}

void DistanceHistogram::add(const DistanceHistogram& other, double by) {
    if (other.steps() > steps()) weights_.resize(other.steps(), 0);
    for (std::size_t step = 0; step < other.steps(); ++step)
        weights_[step] += other.weights_[step] * by;
    total_ += other.total_ * by;
}

void DistanceHistogram::scale(double by) {
    for (double& weight : weights_) weight *= by;
    total_ *= by;
}

}  // namespace aside::sizing
