//! Stories between a person with a phone and the adapter, through the simulator.

pub mod account;
pub mod failures;
pub mod inbound;
pub mod outbound;

/// Makes a test of every story for one provider: `stories!(MyProvider)`.
#[macro_export]
macro_rules! stories {
    ($provider:expr) => {
        $crate::stories! { $provider;
            inbound: texts_in_every_script_arrive_unchanged
                every_kind_of_file_arrives_and_can_be_fetched
                places_and_contact_cards_arrive
                parts_of_an_album_know_each_other
                a_repeat_is_known_for_one
                deliveries_out_of_order_all_arrive
                a_delivery_with_a_wrong_proof_is_turned_away
                an_edit_arrives_under_the_same_id
                a_message_taken_back_is_named
                reactions_are_added_replaced_and_removed
                a_quote_names_its_message
                blocking_and_unblocking_are_told
                what_the_business_writes_by_hand_is_an_echo
                a_kind_that_nobody_knows_is_shown_by_name;
            outbound: texts_in_every_script_reach_the_phone_once
                a_long_text_arrives_whole_and_in_order
                files_reach_the_phone_as_what_they_are
                an_album_reaches_the_phone_together
                an_answer_quotes
                what_was_sent_can_be_changed_and_taken_back
                a_reaction_is_shown_and_removed
                buttons_are_shown_and_come_back
                places_and_contact_cards_reach_the_phone
                typing_is_no_message
                receipts_come_back
                a_receipt_may_overtake_the_answer_to_its_send
                what_is_too_large_is_refused_before_it_is_sent;
            failures: a_pause_is_passed_on_and_nothing_is_sent
                a_dead_token_asks_to_reconnect
                silence_is_uncertain_and_sent_at_most_once
                a_broken_provider_sends_nothing
                a_refusal_says_why
                a_closed_window_is_told_from_other_refusals
                a_failure_told_later_names_its_message
                a_person_who_blocked_us_is_unreachable
                a_file_that_is_gone_or_too_large_is_not_waited_for;
            account: credentials_are_told_whose_they_are
                a_connected_account_is_healthy
                a_disconnected_account_gets_no_more_events
                a_person_nobody_knows_has_no_profile;
        }
    };
    ($provider:expr; $($group:ident: $($story:ident)+;)+) => {
        $(mod $group {
            use super::*;
            $(
                #[tokio::test]
                async fn $story() {
                    let stage = $crate::Stage::start($provider).await;
                    $crate::live::$group::$story(&stage).await;
                }
            )+
        })+
    };
}
