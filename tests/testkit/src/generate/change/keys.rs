//! Keys that few libraries know or take, and signatures with other digests.

use super::any;
use crate::generate::dice::Dice;
use crate::generate::forms;
use crate::generate::keys::{Digest, RARE, RARE_KINDS};
use crate::generate::plan::Plan;
use crate::generate::shapes::Change;

pub(super) const ALL: &[(usize, Change)] = &[(5, rare), (10, form), (4, digest)];

/// A key of the pool in place of another, and for its signatures.
fn rare(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let number = dice.below(RARE_KINDS.len());
    let old = plan.drafts[index].key;
    for draft in &mut plan.drafts {
        for key in [&mut draft.key, &mut draft.signer] {
            if *key == old {
                *key = RARE + number;
            }
        }
    }
    Some(format!(
        "the key of the {} is {}",
        plan.drafts[index].what, RARE_KINDS[number]
    ))
}

fn form(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    let form = *dice.pick(&forms::of(draft.key));
    draft.octets.form = Some(form);
    Some(format!("the key of the {} is {form:?}", draft.what))
}

fn digest(plan: &mut Plan, dice: &mut Dice) -> Option<String> {
    let index = any(plan, dice);
    let draft = &mut plan.drafts[index];
    draft.digest = *dice.pick(&[Digest::Sha3, Digest::Sha3, Digest::Sha224, Digest::Sha512]);
    Some(format!(
        "the digest of the signature of the {} is {:?}",
        draft.what, draft.digest
    ))
}
