// The notation of spec/trace-semantics.md 7.1, line by line, as EPCIS events: what a client would send. More than
// there: `Z!` is an instance, `COKE:20{aux}` fuel or reagent, `PK BOX A:1,Z!` packs, `UP BOX` takes everything out.
#pragma once

#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace ingot::tracechain {

struct NotedEvent {
    std::string json;
    std::string site = "1";  // p of 88.999.p
};

class Notation {
  public:
    static constexpr int64_t kStart = 1'767'225'600'000'000, kMinute = 60'000'000;  // 2026-01-01T00:00:00Z

    // Event n of the example; n counts lines from 1 unless `number` says otherwise.
    NotedEvent line(std::string text, int number = 0) {
        int const n = number ? number : ++count_;
        NotedEvent out;
        double minutes = n;
        if (auto at = text.rfind(" @"); at != std::string::npos) {
            minutes = std::stod(text.substr(at + 2));
            text.resize(at);
        }
        if (auto at = text.rfind(" /"); at != std::string::npos) {
            out.site = text.substr(at + 2);
            text.resize(at);
        }
        std::istringstream in(text);
        std::string word;
        in >> word;
        std::string rest;
        std::getline(in, rest);
        if (word == "ER") {
            out = declaration(rest, n);
        } else {
            out.json = frame(n, minutes, out.site, body(word, rest, out.site));
        }
        said_[n] = out;
        return out;
    }

    int count() const { return count_; }  // lines so far

    static std::string id(int n) {
        std::string digits = std::to_string(n);
        return "urn:uuid:00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
    }
    // Names are of 88.999.1; with a prefix they say their own.
    static std::string full(std::string const& name) {
        return name.find('/') == std::string::npos ? "88.999.1/" + name : name;
    }
    static std::string uri(std::string const& name) { return "https://ingot.example/" + full(name); }

    // The document frame of 2.1.
    static std::string document(std::vector<std::string> const& events) {
        std::string out = R"({"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",)"
                          R"({"ingot":"https://ingot.example/ns/"}],"type":"EPCISDocument","schemaVersion":"2.0",)"
                          R"("creationDate":"2026-11-22T16:00:00+08:00","epcisBody":{"eventList":[)";
        for (size_t i = 0; i < events.size(); ++i) out += (i ? "," : "") + events[i];
        return out + "]}}";
    }

  private:
    struct Item {
        std::string name, amount, braces;
    };

    // "A:1,B:2{dry 4500, Cu 25 final}"
    static std::vector<Item> items(std::string const& text) {
        std::vector<Item> out;
        Item item;
        int where = 0;  // 0 name, 1 amount, 2 braces
        for (char c : text + ",") {
            if (c == '{') {
                where = 2;
            } else if (c == '}') {
                where = 1;
            } else if (where == 2) {
                item.braces += c;
            } else if (c == ',') {
                if (!item.name.empty()) out.push_back(item);
                item = {};
                where = 0;
            } else if (c == ':') {
                where = 1;
            } else if (c != ' ') {
                (where == 0 ? item.name : item.amount) += c;
            }
        }
        return out;
    }

    static std::string quantities(std::vector<Item> const& items) {
        std::string out = "[";
        for (Item const& item : items) {
            if (item.name.ends_with('!')) continue;
            out += (out.size() > 1 ? "," : "") + std::string(R"({"epcClass":")") + uri(item.name) + "\"";
            if (!item.amount.empty()) out += ",\"quantity\":" + item.amount + R"(,"uom":"KGM")";
            out += "}";
        }
        return out + "]";
    }

    static std::string instances(std::vector<Item> const& items) {
        std::string out = "[";
        for (Item const& item : items)
            if (item.name.ends_with('!'))
                out += (out.size() > 1 ? ",\"" : "\"") + uri(item.name.substr(0, item.name.size() - 1)) + "\"";
        return out + "]";
    }

    // Both sides of a transformation, and the roles of inputs that feed nothing.
    static std::string sides(std::vector<Item> const& in, std::vector<Item> const& out) {
        std::string text = R"("type":"TransformationEvent","inputQuantityList":)" + quantities(in) +
                           R"(,"outputQuantityList":)" + quantities(out);
        if (instances(in) != "[]") text += R"(,"inputEPCList":)" + instances(in);
        if (instances(out) != "[]") text += R"(,"outputEPCList":)" + instances(out);
        std::string roles;
        for (Item const& item : in)
            if (item.braces == "aux")
                roles += (roles.empty() ? "" : ",") + std::string(R"({"ingot:id":")") + uri(item.name) +
                         R"(","ingot:side":"input","ingot:role":"aux"})";
        return roles.empty() ? text : text + R"(,"ingot:amounts":[)" + roles + "]";
    }

    static std::string aggregation(std::string const& box, std::string const& action, std::vector<Item> const& items) {
        return R"("type":"AggregationEvent","action":")" + action + R"(","parentID":")" + uri(box) +
               R"(","childEPCs":)" + instances(items) + R"(,"childQuantityList":)" + quantities(items);
    }

    // {dry 4500, Cu 25 final}: dry mass and assays in percent of it.
    static std::string ilmd(Item const& item) {
        if (item.braces.empty()) return "";
        std::string assays, dry = item.amount, part;
        std::string status = item.braces.find("final") == std::string::npos ? "provisional" : "final";
        std::istringstream in(item.braces);
        std::string word, value;
        while (in >> word) {
            if (word == "final") continue;
            in >> value;
            if (value.ends_with(',')) value.pop_back();
            if (word == "dry") {
                dry = value;
            } else {
                assays += (assays.empty() ? "" : ",") + std::string(R"({"ingot:element":")") + word +
                          R"(","ingot:percent":)" + value + R"(,"ingot:status":")" + status + "\"}";
            }
        }
        return R"(,"ilmd":{"ingot:assays":[)" + assays + R"(]},"ingot:amounts":[{"ingot:id":")" + uri(item.name) +
               R"(","ingot:side":"item","ingot:gross":)" + item.amount + ",\"ingot:dry\":" + dry + "}]";
    }

    static std::string vessel(std::string name, std::string const& operation) {
        std::string policy;
        if (auto at = name.find('['); at != std::string::npos) {
            policy = R"(,"ingot:policy":")" + name.substr(at + 1, name.size() - at - 2) + "\"";
            name.resize(at);
        }
        return R"(,"transformationID":")" + uri(name) + R"(","ingot:vessel":{"ingot:id":")" + uri("EQ." + name) +
               R"(","ingot:operation":")" + operation + "\"" + policy + "}";
    }

    static std::string party(std::string const& site) { return "https://ingot.example/88.999." + site; }

    static std::string parties(std::string const& from, std::string const& to) {
        std::string sources, destinations;
        for (std::string type : {"possessing_party", "owning_party"}) {
            sources +=
                (sources.empty() ? "" : ",") + std::string(R"({"type":")") + type + R"(","source":")" + from + "\"}";
            destinations += (destinations.empty() ? "" : ",") + std::string(R"({"type":")") + type +
                            R"(","destination":")" + to + "\"}";
        }
        return R"(,"sourceList":[)" + sources + R"(],"destinationList":[)" + destinations + "]";
    }

    std::string body(std::string const& word, std::string const& rest, std::string const& site) {
        std::string vessel_name, text = rest;
        if (word == "V+" || word == "V-" || word == "T" || word == "PK" || word == "UP") {
            std::istringstream in(rest);
            in >> vessel_name;
            text.clear();
            std::getline(in, text);
        }
        auto const arrow = text.find('>');
        std::string const left = text.substr(0, arrow),
                          right = arrow == std::string::npos ? "" : text.substr(arrow + 1);
        if (word == "PK") return aggregation(vessel_name, "ADD", items(text));
        if (word == "UP") return aggregation(vessel_name, "DELETE", items(text));
        std::string const made = sides(items(left), items(right));
        if (word == "X") return made;
        if (word == "V+") return made + vessel(vessel_name, right.empty() ? "charge" : "both");
        if (word == "V-") return made + vessel(vessel_name, "draw");
        if (word == "T") return made + R"(,"transformationID":")" + uri(vessel_name) + "\"";
        std::string const object = R"("type":"ObjectEvent","action":)";
        if (word == "C")
            return object + R"("ADD","bizStep":"commissioning","quantityList":)" + quantities(items(left)) +
                   ilmd(items(left).front());
        if (word == "SH") {
            shipped_from_ = site;
            std::string to = right.substr(right.find_first_not_of(' '));
            return object + R"("OBSERVE","bizStep":"shipping","quantityList":)" + quantities(items(left)) +
                   parties(party(site), to.starts_with("http") ? to : party(to));
        }
        if (word == "RC")
            return object + R"("OBSERVE","bizStep":"receiving","quantityList":)" + quantities(items(left)) +
                   parties(party(shipped_from_), party(site));
        if (word == "DI")
            return object + R"("DELETE","bizStep":"destroying","quantityList":)" + quantities(items(left));
        std::istringstream in(rest);
        std::string lot, change;
        in >> lot >> change;
        Item const adjusted{lot, change.substr(1), ""};
        return object + R"("OBSERVE","bizStep":"stock_taking","quantityList":)" + quantities({adjusted}) +
               R"(,"ingot:adjust":{"ingot:mode":"delta","ingot:cause":"survey"})";
    }

    static std::string frame(int n, double minutes, std::string const& site, std::string const& body) {
        int64_t const time_us = kStart + std::llround(minutes * 60'000'000);
        return R"({"eventID":")" + id(n) + R"(","eventTime":")" + format_time(from_micros(time_us), 3) +
               R"(","eventTimeZoneOffset":"+00:00","readPoint":{"id":")" + party(site) + R"(/EQ.SITE"},)" + body + "}";
    }

    NotedEvent declaration(std::string const& rest, int n) {
        std::istringstream in(rest);
        int of = 0;
        std::string reason;
        in >> of >> reason;
        NotedEvent out = said_.at(of);
        out.json.pop_back();
        out.json += R"(,"errorDeclaration":{"declarationTime":")" + format_time(from_micros(kStart + n * kMinute), 3) +
                    R"(","reason":")" + reason + "\"}}";
        return out;
    }

    int count_ = 0;
    std::string shipped_from_ = "1";
    std::map<int, NotedEvent> said_;
};

}  // namespace ingot::tracechain
