// Documents that several clients send.

export const REMINDERS = `
  query Reminders {
    reminders { id title times status }
  }
`;
export const RENAME = `
  mutation Rename($input: UpdateReminderInput!) {
    updateReminder(input: $input) {
      reminder { id title }
      userErrors { code message path }
    }
  }
`;
