// The closed word lists of EPCIS 2.0 and CBV 2.0 in JSON (spec/epcis-rest.md 2, "Bare words"). Thread safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace ingot::tracechain {

enum class WordList : uint8_t {
    None,
    BizStep,
    Disposition,
    BizTransaction,
    SourceDestination,
    Reason,
    Component,
    Measurement,
    Exception
};

bool is_word(WordList list, std::string_view word);

// What a bare word of the list stands for: "https://ref.gs1.org/cbv/BizStep-" ...; measurement types and exceptions
// are "https://ref.gs1.org/voc/". Empty for None.
std::string_view word_namespace(WordList list);

// The bare word behind a full form (https://ref.gs1.org/cbv/BizStep-shipping), or the text itself.
std::string_view bare_word(WordList list, std::string_view full);

// "urn:epcglobal:cbv:bizstep:" and its like: the list such a URN belongs to, None for other texts; `rest` is what
// follows the prefix.
WordList word_list_of_urn(std::string_view text, std::string_view& rest);

// English and Chinese name of the list, for messages; an example word.
std::string_view word_list_name(WordList list);
std::string_view word_list_name_zh(WordList list);
std::string_view example_word(WordList list);

}  // namespace ingot::tracechain
