// Nodes of a walk, their weights and the map of those reached: small enough that a complete closure of millions fits
// (spec/trace-semantics.md 3.7, 9 P4: at most 64 bytes a visited node).
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "storage/graph_table.hpp"

namespace ingot::tracechain {

using storage::CampaignNumber;
using storage::EventSeq;
using storage::LotNumber;

// Neumaier's compensated sum.
class Sum {
  public:
    void add(double x) {
        double t = sum_ + x;
        rest_ += std::fabs(sum_) >= std::fabs(x) ? (sum_ - t) + x : (x - t) + sum_;
        sum_ = t;
    }
    double value() const { return sum_ + rest_; }

  private:
    double sum_ = 0, rest_ = 0;
};

// f: share (up) or exposure (down). d: share of start, down only. m: the part of the closure's unit (f up, d down) that
// passed only measured hops.
struct Weight {
    double f = 0, d = 0, m = 0;
    Weight times(double share) const { return {f * share, d * share, m * share}; }
};

struct WeightSum {
    Sum f, d, m;
    void add(Weight const& weight) {
        f.add(weight.f);
        d.add(weight.d);
        m.add(weight.m);
    }
    Weight value() const { return {f.value(), d.value(), m.value()}; }
};

enum class NodeKind : uint8_t { lot_state = 0, event = 1, vessel_state = 2, pool = 3 };

struct NodeId {
    uint64_t a = 0, b = 0;
    static NodeId lot(LotNumber lot, EventSeq supply) { return {lot, supply}; }
    static NodeId event(EventSeq seq) { return {tag(NodeKind::event) | seq, 0}; }
    static NodeId draw(EventSeq seq) { return {tag(NodeKind::event) | seq, 1}; }
    static NodeId vessel(CampaignNumber campaign, EventSeq charge) {
        return {tag(NodeKind::vessel_state) | campaign, charge};
    }
    static NodeId pool(CampaignNumber campaign) { return {tag(NodeKind::pool) | campaign, 0}; }
    NodeKind kind() const { return static_cast<NodeKind>(a >> 61); }
    uint64_t number() const { return a & kNumber; }
    bool is_draw() const { return kind() == NodeKind::event && b == 1; }
    bool operator==(NodeId const&) const = default;

  private:
    static constexpr uint64_t kNumber = (1ULL << 61) - 1;
    static uint64_t tag(NodeKind kind) { return static_cast<uint64_t>(kind) << 61; }
};

// Place in the order of expansion. Ranks: 0 event, charge or pool; 1 vessel state; 2 draw; 3 lot state: a draw stands
// between its vessel state and its products, so one event that charges and draws needs no second look.
struct NodeKey {
    int64_t time_us = 0;
    EventSeq seq = 0;
    uint8_t rank = 0;
};

// Node -> what is remembered of it. Open addressing, linear probing, never shrinks.
class NodeMap {
  public:
    static constexpr uint32_t kNoSlot = UINT32_MAX;
    struct Entry {
        NodeId id{UINT64_MAX, UINT64_MAX};
        uint32_t slot = kNoSlot;  // waiting weight; kNoSlot when none waits
        uint32_t expansions = 0;
    };

    // The entry of `id`, made if absent. Valid until the next call.
    Entry& at(NodeId id) {
        if ((size_ + 1) * 10 > entries_.size() * 7) grow();
        Entry& entry = entries_[place(id)];
        if (entry.id.a == UINT64_MAX) {
            entry.id = id;
            ++size_;
        }
        return entry;
    }

    size_t bytes() const { return entries_.size() * sizeof(Entry); }

  private:
    size_t place(NodeId id) const {
        uint64_t h = (id.a * 0x9E3779B97F4A7C15ULL) ^ ((id.b + 0x632BE59BD9B4E019ULL) * 0xD6E8FEB86659FD93ULL);
        h ^= h >> 32;
        h *= 0xD6E8FEB86659FD93ULL;
        h ^= h >> 29;
        size_t mask = entries_.size() - 1;
        size_t at = h & mask;
        while (entries_[at].id.a != UINT64_MAX && !(entries_[at].id == id)) at = (at + 1) & mask;
        return at;
    }

    void grow() {
        std::vector<Entry> old(entries_.empty() ? 256 : entries_.size() * 2);
        old.swap(entries_);
        for (Entry const& entry : old) {
            if (entry.id.a != UINT64_MAX) entries_[place(entry.id)] = entry;
        }
    }

    std::vector<Entry> entries_;
    size_t size_ = 0;
};

}  // namespace ingot::tracechain
