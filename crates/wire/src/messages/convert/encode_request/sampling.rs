//! How tokens are chosen, and where to stop.

use super::Encoder;
use crate::canonical::claude::Version;
use crate::canonical::{Feature, Refusal};
use crate::json::write::Writer;

const WITH_THINKING: &str = "a model of Messages that thinks refuses it";
const NEWER_MODEL: &str = "newer models of Messages refuse it";

impl Encoder<'_, '_> {
    pub(super) fn write_sampling(&mut self, model: &str, thinks: bool, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        let refused = if thinks {
            Some(WITH_THINKING)
        } else if !self.faithful && Version::of(model).refuses_sampling() {
            Some(NEWER_MODEL)
        } else {
            None
        };
        let mut has_temperature = false;
        if let Some(text) = &request.temperature
            && self.keeps(Feature::Temperature)?
        {
            let number: f64 = text.parse().unwrap_or(1.0);
            match refused {
                // The only one that is allowed, and what is so anyway.
                Some(_) if number == 1.0 => {}
                Some(why) => self.lose(Feature::Temperature, why)?,
                None if number > 1.0 && !self.faithful => {
                    self.lose(Feature::Temperature, "Messages knows temperatures up to 1, which is taken instead")?;
                    root.raw("temperature", "1");
                    has_temperature = true;
                }
                None => {
                    root.raw("temperature", text);
                    has_temperature = true;
                }
            }
        }
        if let Some(text) = &request.top_p
            && self.keeps(Feature::TopP)?
        {
            let number: f64 = text.parse().unwrap_or(1.0);
            match refused {
                Some(_) if number >= 1.0 => {}
                // Models that think take it near the top of its range.
                Some(WITH_THINKING) if self.faithful && number >= 0.95 => {
                    root.raw("top_p", text);
                }
                Some(why) => self.lose(Feature::TopP, why)?,
                None if has_temperature && !self.faithful => {
                    if number < 1.0 {
                        self.lose(Feature::TopP, "models of Messages refuse it beside a temperature")?;
                    }
                }
                None => {
                    root.raw("top_p", text);
                }
            }
        }
        if let Some(number) = request.top_k
            && self.keeps(Feature::TopK)?
        {
            match refused {
                Some(why) => self.lose(Feature::TopK, why)?,
                None => {
                    root.whole("top_k", number);
                }
            }
        }
        self.write_stops(root)
    }

    fn write_stops(&mut self, root: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        if request.stop.is_empty() || !self.keeps(Feature::StopSequences)? {
            return Ok(());
        }
        let faithful = self.faithful;
        let fits = |text: &&String| faithful || !text.trim().is_empty();
        if !request.stop.iter().all(|text| fits(&text)) {
            self.lose(Feature::StopSequences, "Messages takes no stop sequence of white space only")?;
        }
        if request.stop.iter().any(|text| fits(&text)) {
            let mut list = root.list("stop_sequences");
            for text in request.stop.iter().filter(fits) {
                list.push_text(text);
            }
        }
        Ok(())
    }
}
